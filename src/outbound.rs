//! HTTP requests that we make to other servers: bounded in time, size and number. No redirect is followed, no
//! proxy of the environment is used, no connection is kept, and TLS trusts the system's roots.

use std::{error::Error, io, time::Duration};

use reqwest::{Client, header, redirect::Policy};
pub use reqwest::{StatusCode, header::HeaderMap};
use thiserror::Error;
use tokio::{
    sync::{OnceCell, Semaphore},
    task::spawn_blocking,
    time::timeout,
};
use url::Url;

use crate::domain::network::tls;

/// What a request may cost.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Over all: the wait for other requests, name, connection, TLS, answer.
    pub time: Duration,
    /// Bytes of an answer's body.
    pub bytes: usize,
    /// Requests at the same time; others wait.
    pub at_once: usize,
}

/// A client with bounds of its own.
pub struct Outbound {
    bounds: Bounds,
    /// The system's roots are read with the first request: a start need not wait for them.
    client: OnceCell<Client>,
    places: Semaphore,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum Failure {
    #[error("it cannot be reached: {}", root(.0))]
    Unreachable(#[source] reqwest::Error),
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    #[error("the client cannot be set up: {0}")]
    Client(#[from] io::Error),
    #[error("it does not speak HTTP as expected: {}", root(.0))]
    Http(#[source] reqwest::Error),
    #[error("its answer is over {0} bytes")]
    TooLong(usize),
    #[error("it took longer than {0:?}")]
    TooSlow(Duration),
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        if error.is_connect() {
            Self::Unreachable(error)
        } else {
            Self::Http(error)
        }
    }
}

/// What the innermost error says; the outer ones repeat the URL, which may hold a secret.
fn root(error: &reqwest::Error) -> String {
    let mut inner: &dyn Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

impl Outbound {
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            client: OnceCell::new(),
            places: Semaphore::new(bounds.at_once),
        }
    }

    /// Any status is an answer, that of a redirect as well.
    pub async fn get(&self, url: &Url, headers: &[(&str, &str)]) -> Result<Answer, Failure> {
        let asked = timeout(self.bounds.time, self.ask(url, headers)).await;
        asked.unwrap_or(Err(Failure::TooSlow(self.bounds.time)))
    }

    async fn ask(&self, url: &Url, headers: &[(&str, &str)]) -> Result<Answer, Failure> {
        // The semaphore is never closed, so this only waits.
        let _place = self.places.acquire().await;
        let client = self.client.get_or_try_init(client).await?;
        let request = client.get(url.clone()).header(header::CONNECTION, "close");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let mut response = request.send().await?;
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await? {
            if body.len() + part.len() > self.bounds.bytes {
                return Err(Failure::TooLong(self.bounds.bytes));
            }
            body.extend_from_slice(&part);
        }
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body,
        })
    }
}

async fn client() -> Result<Client, Failure> {
    // Reading the system's roots blocks.
    let roots = spawn_blocking(|| rustls_native_certs::load_native_certs().certs);
    let roots = roots.await.map_err(io::Error::other)?;
    let client = Client::builder()
        .tls_backend_preconfigured(tls::client_config(roots, Vec::new())?)
        .user_agent("vestibule")
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .pool_max_idle_per_host(0)
        .build()?;
    Ok(client)
}
