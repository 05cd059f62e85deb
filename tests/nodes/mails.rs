//! Mails as a node without a mail server prints them.

use std::time::{Duration, Instant};

use crate::node::Node;

/// The token of the link to `page` in a mail to an address, whichever node printed it.
pub(crate) async fn token(nodes: &[&Node], address: &str, page: &str) -> String {
    another_token(nodes, address, page, "").await
}

/// The same of a mail that has another token than `known`.
pub(crate) async fn another_token(
    nodes: &[&Node],
    address: &str,
    page: &str,
    known: &str,
) -> String {
    let began = Instant::now();
    loop {
        let found = nodes
            .iter()
            .find_map(|node| find(&node.printed(), address, page, known));
        if let Some(token) = found {
            return token;
        }
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "no mail to {address}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn find(printed: &str, address: &str, page: &str, known: &str) -> Option<String> {
    let link = format!("{page}?token=");
    let mut mails = printed.split("\nMail (printed").skip(1);
    let token = mails.find_map(|mail| {
        let recipient = mail.lines().find_map(|line| line.strip_prefix("To: "))?;
        let (_, token) = mail.split_once(&link)?;
        // A line without its end is still being written.
        let (token, _) = token.split_once(char::is_whitespace)?;
        (recipient.trim() == address && token != known).then_some(token)
    });
    token.map(str::to_owned)
}
