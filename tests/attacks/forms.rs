//! Forms that another site sends with the visitor's cookies (ASVS 3.5.1), to every path that accepts one.
//! The paths come from the service's route table.

use reqwest::Method;
use vestibule::internals::web::routes;

use super::matrix::{filled_in, methods};
use crate::harness::{TestApp, answer::Answer, browser::urlencoded, settings::ORIGIN};

/// (37) Every foreign origin and site, with every form token that is not this browser's.
#[tokio::test(flavor = "multi_thread")]
async fn every_form_refuses_requests_from_other_sites() {
    let app = TestApp::start().await;
    let person = app.person().admin().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let own = browser.csrf_token().await;
    let foreign = app.browser().csrf_token().await;
    let origins = [
        None,
        Some("null"),
        Some("https://evil.example"),
        Some(ORIGIN),
    ];
    let sites = [
        None,
        Some("cross-site"),
        Some("same-site"),
        Some("same-origin"),
    ];
    let tokens = [None, Some(&foreign), Some(&own)];
    let mut tried = 0;
    for (path, _) in routes::page_paths() {
        if !methods(&app, path).await.contains(&Method::POST) {
            continue;
        }
        for (origin, site) in origins.iter().flat_map(|o| sites.map(|s| (*o, s))) {
            for token in tokens {
                // Without `Sec-Fetch-Site`, the origin decides.
                let from_here =
                    site == Some("same-origin") || (site, origin) == (None, Some(ORIGIN));
                if from_here && token == Some(&own) {
                    continue;
                }
                let mut request = browser.post_request(&filled_in(path));
                if let Some(origin) = origin {
                    request = request.header("origin", origin);
                }
                if let Some(site) = site {
                    request = request.header("sec-fetch-site", site);
                }
                let fields: Vec<(&str, &String)> =
                    token.iter().map(|token| ("csrf_token", *token)).collect();
                let answer = Answer::of(request.body(urlencoded(&fields))).await;
                let case = format!("{path} from {origin:?}, {site:?}, {token:?}");
                assert_eq!(answer.status, 403, "{case}");
                assert!(answer.set_cookies().is_empty(), "{case}");
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "{tried}");
    assert!(browser.is_signed_in().await, "and nothing has happened");
}
