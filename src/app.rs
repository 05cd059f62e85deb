//! The only place where services are wired: settings become services, and services an HTTP server.

mod bounded_socket;
mod connections;
mod first_admin;
mod http2;
mod metrics;
mod pulse;
mod reload;
mod server;
mod site;
mod socket;
mod system;
mod tls;

use std::{io, net::TcpListener, sync::Arc, time::Duration};

use thiserror::Error;
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    breach::Breaches,
    config::Config,
    db::{ConnectError, Connector, DatabaseOptions, Db, migrate::MigrateError},
    domain::{password::HashError, token::TokenCodec},
    flows::{Services, sign_in::breach_queue::BreachChecks},
    hashing::Hashing,
    judging::Judging,
    mail::{MailContext, SetupError, Transport},
    metrics::Metrics,
    outbound::sms::Gateway,
    throttle::{Throttle, account::AccountThrottle, downloads::Downloads, mail::MailCaps},
    web::state::WebState,
    webauthn::Webauthn,
    worker::Workers,
};
pub use metrics::MetricsServer;
pub use reload::Reloads;
pub use server::Server;
use server::{Background, Sizes};
pub use system::{System, SystemClock, SystemRandom};
use tls::Acceptor;
pub use tls::{Identity, TlsError};

/// Why the service cannot start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The database cannot be reached.
    #[error(transparent)]
    Database(#[from] ConnectError),
    /// The migration of the database failed.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The mail settings do not work.
    #[error(transparent)]
    Mail(#[from] SetupError),
    /// The hashing settings do not work.
    #[error("ARGON2_*: {0}")]
    Hashing(#[from] HashError),
    /// The certificate of TLS without a proxy does not work.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// `LISTEN_ADDR` or `METRICS_ADDR`.
        addr: std::net::SocketAddr,
        source: io::Error,
    },
    /// The server could not be set up.
    #[error("the HTTP server does not start: {0}")]
    Server(#[from] io::Error),
}

/// The wired application, ready to serve.
pub struct App {
    /// The services of the flows.
    pub services: Arc<Services>,
    state: WebState,
    transport: Transport,
    identity: Option<Arc<Identity>>,
    max_connections: usize,
    keep_alive: Duration,
}

impl App {
    /// Wires everything. `database` is that of `DATABASE_URL`, or of the embedded cluster.
    pub fn wire(
        config: &Config,
        database: &DatabaseOptions,
        system: System,
    ) -> Result<Self, StartError> {
        let transport = match system.transport {
            Some(transport) => transport,
            None => Self::transport(config)?,
        };
        let identity = config.tls.as_ref().map(Identity::read).transpose()?;
        let cookie_key = |info| site::cookie_key(config, info);
        let services = Arc::new(Services {
            db: Db::new(database)?,
            tokens: Self::token_codec(config),
            ring: config.secrets.sealing.clone(),
            hashing: Hashing::new(config.argon2, config.hashing_concurrency)?,
            judging: Judging::new(config.hashing_concurrency),
            breaches: Breaches::new(config.breach_check.as_ref()),
            breach_checks: BreachChecks::default(),
            throttle: Throttle::new(&config.limits, &system.clock),
            webauthn: config
                .relying_party
                .as_ref()
                .map(|party| Webauthn::new(party, config.branding.name.as_str())),
            metrics: Metrics::default(),
            account_throttle: AccountThrottle::new(
                cookie_key("vestibule/throttle/account"),
                cookie_key("vestibule/cookie/device"),
                config.limit_scale,
            ),
            mail_caps: MailCaps::new(cookie_key("vestibule/throttle/mail"), config.limit_scale),
            downloads: Downloads::default(),
            policy: config.policy,
            site: site::site(config),
            address_key: cookie_key("vestibule/audit/address"),
            outbox_bell: Arc::new(Notify::new()),
            sms: config.sms.as_ref().map(Gateway::new),
            text_bell: Arc::new(Notify::new()),
            clock: system.clock,
            random: system.random,
        });
        let state = WebState {
            services: Arc::clone(&services),
            settings: Arc::new(site::web_settings(config)),
            built_description: Arc::default(),
        };
        Ok(Self {
            services,
            state,
            transport,
            identity: identity.map(Arc::new),
            max_connections: config.max_connections,
            keep_alive: config.keep_alive,
        })
    }

    /// The mail transport, for commands that need no database.
    pub fn transport(config: &Config) -> Result<Transport, StartError> {
        Ok(match &config.smtp {
            Some(settings) => Transport::smtp(settings)?,
            None => Transport::stdout(config.smtp_from.clone()),
        })
    }

    /// What all mails share.
    pub fn mail_context(config: &Config) -> MailContext {
        site::site(config).mail
    }

    /// Only the keys and rules of tokens, for commands that need no database.
    pub fn token_codec(config: &Config) -> TokenCodec {
        TokenCodec::new(
            &config.secrets.jwt,
            &config.secrets.jwt_previous,
            config.tokens.clone(),
        )
    }

    /// Migrates the database to the current version; several nodes may do so at the same time.
    pub async fn migrate(database: &DatabaseOptions) -> Result<Vec<String>, StartError> {
        Ok(crate::db::migrate::run(&Connector::new(database)?).await?)
    }

    /// What can be read again while the application serves.
    pub fn reloads(&self) -> Reloads {
        Reloads::new(&self.services.db, &self.transport, self.identity.as_ref())
    }

    /// Serves `/metrics` on a listener that is already bound, for as long as the answer is kept.
    pub fn serve_metrics(&self, listener: TcpListener) -> Result<MetricsServer, StartError> {
        let services = Arc::clone(&self.services);
        Ok(MetricsServer::start(
            listener,
            services,
            self.identity.clone(),
        )?)
    }

    /// Serves on a listener that is already bound. The background loops wait for [`Server::begin_work`].
    pub fn serve(self, listener: TcpListener, threads: usize) -> Result<Server, StartError> {
        let mut following = JoinSet::new();
        if let Some(identity) = &self.identity {
            following.spawn(Arc::clone(identity).follow());
        }
        let acceptor = |identity| Acceptor::new(identity, self.max_connections);
        let tls = self.identity.map(acceptor).transpose()?;
        let workers = Workers::new(&self.services, self.transport);
        let sizes = Sizes {
            threads,
            max_connections: self.max_connections,
            keep_alive: self.keep_alive,
        };
        let beside = Background { workers, following };
        Ok(Server::start(self.state, listener, tls, sizes, beside)?)
    }
}
