//! Sites with several origins, and sites that can have no passkeys.

use serde_json::Value;

use crate::harness::{TestApp, authenticator::Manner, passkeys::with_passkey};

/// Pages of `PASSKEY_ORIGINS` may ask for this site's passkeys, and no subdomain or other port of them.
#[tokio::test(flavor = "multi_thread")]
async fn related_origins_are_exact() {
    let app = TestApp::with(&[("PASSKEY_ORIGINS", "https://shop.example.net")]).await;
    let (_, device) = with_passkey(&app, Manner::default()).await;
    let mut counter = device.counter;
    for (origin, status) in [
        ("https://shop.example.net", 200),
        ("https://auth.example.com", 200),
        ("https://a.shop.example.net", 401),
        ("https://shop.example.net:8443", 401),
        ("http://shop.example.net", 401),
        ("https://a.auth.example.com", 401),
        ("https://example.com", 401),
        ("android:apk-key-hash:AAAA", 401),
    ] {
        let mut device = device.with(|manner| origin.clone_into(&mut manner.origin));
        device.counter = counter;
        let reply = app.api().sign_in_by_passkey(&mut device).await;
        assert_eq!(reply.status, status, "{origin}: {reply:?}");
        counter = device.counter;
    }
}

/// Where `BASE_URL` names an IP address there are no passkeys: no call, and no word of them in the description.
#[tokio::test(flavor = "multi_thread")]
async fn a_site_at_an_ip_address_has_no_trace_of_passkeys() {
    let app = TestApp::with(&[("BASE_URL", "http://127.0.0.1:8080")]).await;
    let http = reqwest::Client::new();
    let send = |method: &str, path: &str| {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("{}/api/{path}", app.url());
        http.request(method, url)
            .header("host", "127.0.0.1:8080")
            .send()
    };
    for (method, path) in [
        ("POST", "auth/login/passkey/options"),
        ("POST", "auth/login/passkey"),
        ("POST", "auth/passkeys/options"),
        ("POST", "auth/passkeys"),
        ("GET", "auth/passkeys"),
        ("DELETE", "auth/passkeys/7"),
        ("POST", "auth/reauthenticate/options"),
    ] {
        assert_eq!(
            send(method, path).await.unwrap().status(),
            404,
            "{method} {path}"
        );
    }
    let described: Value = send("GET", "openapi.json")
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let paths = described["paths"].as_object().unwrap();
    assert!(
        paths.keys().all(|path| !path.contains("passkey")),
        "{paths:?}"
    );
    assert_eq!(paths.get("/api/auth/reauthenticate/options"), None);
    assert_ne!(paths.get("/api/auth/login"), None);
    assert_eq!(
        described["components"]["schemas"].get("PasskeyOptions"),
        None
    );
}
