//! Mails over real SMTP: what the server took, and what the client refuses.

#[path = "support/smtp.rs"]
mod smtp;

use smtp::{Mode, SmtpServer};

#[test]
fn the_server_starts() {
    let server = SmtpServer::start(Mode::StartTls, "vestibule", "a password");
    assert!(server.mails().is_empty());
}
