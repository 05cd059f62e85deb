//! The content security policy of the pages, as the browser enforces it (ASVS 3.4.3).

use crate::driver::{Driver, Scripts};
use crate::mail::MailServer;
use crate::server::Server;

/// Injected code and style are blocked, and the console reports it. This also shows that the check of the
/// console, which ends every story, can find something.
#[tokio::test(flavor = "multi_thread")]
async fn the_console_reports_what_the_policy_blocks() {
    const INJECT: &str = "
        const [html, done] = arguments;
        const place = document.createElement('div');
        document.body.append(place);
        place.innerHTML = html;
        for (const dead of place.querySelectorAll('script')) {
            const live = document.createElement('script');
            for (const { name, value } of dead.attributes) live.setAttribute(name, value);
            live.textContent = dead.textContent;
            dead.replaceWith(live);
        }
        setTimeout(() => done(document.title), 200);";
    let mail = MailServer::start();
    let server = Server::start(&mail).await;
    let driver = Driver::start();
    let browser = driver.browser("policy", Scripts::On).await;
    for (page, html) in [
        ("/login", "<script>document.title = 'run'</script>"),
        (
            "/login",
            "<script src=\"https://elsewhere.example/none.js\"></script>",
        ),
        ("/register", "<script>document.title = 'run'</script>"),
        ("/register", "<p style=\"color: red\">red</p>"),
        ("/register", "<img src=\"https://elsewhere.example/p.png\">"),
        ("/register", "<iframe src=\"/login\"></iframe>"),
        (
            "/register",
            "<button onclick=\"document.title = 'run'\">x</button>",
        ),
    ] {
        browser.open(&server.url(page)).await;
        assert!(browser.faults().await.is_empty(), "{page} by itself");
        let title = browser.run(INJECT, vec![html.into()]).await;
        assert_ne!(title, "run", "{page} {html}");
        let faults = browser.faults().await;
        let reported = faults.iter().any(|entry| {
            let message = entry["message"].as_str().unwrap_or_default();
            message.contains("Content Security Policy")
        });
        assert!(reported, "{page} {html}: {faults:?}");
    }
    browser.close().await;
    drop(driver);
    server.stop();
}
