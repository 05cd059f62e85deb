//! The list of users with long addresses, long names and all states at once: one line per user on a
//! desktop, and nothing that overflows on a phone.

use serde_json::json;

use crate::driver::{Driver, Scripts};
use crate::mail::MailServer;
use crate::server::Server;

const ADMIN: &str = "warden@example.org";
const HANDED_OVER: &str = "written by the first operator";
const ADMINS_OWN: &str = "nine barges under the bridge";

/// The height of each row, and how far apart the middles of its cells are, in CSS pixels.
const ROWS: &str = "
    const [done] = arguments;
    const box = (element) => element.getBoundingClientRect();
    const rows = [...document.querySelectorAll('.people li')].map((row) => {
        const cells = [...row.querySelectorAll('p:not(:empty)')].map(box);
        const middles = cells.map((cell) => cell.top + cell.height / 2);
        return [box(row).height, Math.max(...middles) - Math.min(...middles)];
    });
    done(rows);";

/// How many CSS pixels the page is wider than the window.
const OVERFLOW: &str = "
    const [done] = arguments;
    const page = document.documentElement;
    done(page.scrollWidth - page.clientWidth);";

#[tokio::test(flavor = "multi_thread")]
async fn a_user_takes_one_line_on_a_desktop_and_fits_a_phone() {
    let mail = MailServer::start();
    let settings = [("ADMIN_EMAIL", ADMIN), ("ADMIN_PASSWORD", HANDED_OVER)];
    let server = Server::start_with(&mail, &settings).await;
    let client = reqwest::Client::new();
    for (email, name) in [
        ("short@example.org".to_owned(), "Ada".to_owned()),
        (
            format!("{}@{}.example.org", "a".repeat(64), "department".repeat(6)),
            "Wolfeschlegelsteinhausenbergerdorff ".repeat(2),
        ),
        (
            "first.middle.last+everything@department.of.long.names.example.com".to_owned(),
            "María del Carmen García-López y Fernández de la Vega".to_owned(),
        ),
    ] {
        let body = json!({ "email": email, "display_name": name.trim(), "password": "a kettle sings at half past six" });
        let made = client
            .post(server.url("/api/auth/register"))
            .json(&body)
            .send();
        assert_eq!(made.await.expect("an answer").status(), 201, "{email}");
    }
    let driver = Driver::start();
    let desk = driver.browser("list", Scripts::Off).await;
    desk.open(&server.url("/login")).await;
    desk.submit("/login", &[("email", ADMIN), ("password", HANDED_OVER)])
        .await;
    let fields = [
        ("current_password", HANDED_OVER),
        ("new_password", ADMINS_OWN),
    ];
    desk.submit("/account/password", &fields).await;
    for colours in ["light", "dark"] {
        desk.prefer_colours(colours).await;
        desk.open(&server.url("/admin/users")).await;
        for width in [1280, 320] {
            desk.resize(width, 1100).await;
            assert_eq!(desk.run(OVERFLOW, vec![]).await, 0, "at {width} pixels");
            desk.screenshot(&format!("list-{colours}-{width}")).await;
            if width == 1280 {
                let rows = desk.run(ROWS, vec![]).await;
                let rows: Vec<(f64, f64)> = serde_json::from_value(rows).expect("rows");
                assert_eq!(rows.len(), 4);
                for (height, apart) in rows {
                    assert!(height < 50.0, "a row is {height} pixels high");
                    assert!(apart < 5.0, "cells of a row lie {apart} pixels apart");
                }
            }
        }
    }
    desk.close().await;
    drop(driver);
    server.stop();
}
