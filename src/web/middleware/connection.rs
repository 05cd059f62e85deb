//! Marks the connection as answering a request, and closes it after the answer when free connections run
//! out or the process is about to stop.

use actix_web::{
    body::MessageBody,
    dev::ServiceRequest,
    http::header::{self, HeaderValue},
    middleware::Next,
};

use super::{Answer, answer_of};
use crate::web::connection::Connection;

pub async fn run<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Answer {
    let connection = Connection::of(&req);
    let answering = connection.as_ref().map(Connection::answering);
    let mut response = answer_of(req, next).await?;
    drop(answering);
    if connection.is_some_and(|connection| connection.closes()) {
        let head = response.response_mut().head_mut();
        head.set_connection_type(actix_web::http::ConnectionType::Close);
        head.headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
