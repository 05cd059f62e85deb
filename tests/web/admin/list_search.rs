//! What a search of the list finds: any word of a name and any part of an address, in any spelling, on
//! every page and call that searches, whichever code wrote the account.

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::admin;
use crate::harness::{Api, Reply, TestApp};

/// Two thousand users with addresses of one company, as an import might create them.
const COMPANY: &str = "INSERT INTO users (id, email, email_canonical, display_name, password_hash, created_at)
    SELECT gen_random_uuid(), a, lower(a), name, '!', '2026-01-01'::timestamptz + n * interval '1 minute'
    FROM (SELECT n, given || ' ' || family AS name,
            translate(lower(given || '.' || family), 'íéóü', 'ieou') || n || '@staff.example.com' AS a
        FROM (SELECT n, (ARRAY['María', 'John', 'Wei', 'José', 'Ana'])[1 + n % 5] AS given,
                (ARRAY['Smith', 'López', 'Müller', 'García'])[1 + n / 5 % 4] AS family
            FROM generate_series(1, 2000) AS n) AS drawn) AS people";

/// The number of users that a query finds on all pages.
async fn found(api: &Api, query: &str) -> usize {
    let (mut count, mut cursor) = (0, String::new());
    loop {
        let reply = api
            .admin_get(&format!("?role=user&q={query}&cursor={cursor}"))
            .await;
        assert_eq!(reply.status, 200, "{query}: {reply:?}");
        count += reply.body["users"].as_array().unwrap().len();
        match reply.body["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return count,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_matches_any_word_of_the_name_and_any_part_of_the_address() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let (_, api) = admin(&app).await;
    app.sql(COMPANY, &[]).await;
    for (query, count) in [
        ("lopez", 500),
        ("L%C3%93PEZ", 500),
        // The accent as a separate character.
        ("Lo%CC%81pez", 500),
        ("smith", 500),
        ("muller", 500),
        ("maria", 400),
        ("MARI", 400),
        ("lopez+maria", 100),
        ("maria.lopez", 100),
        ("mar%C3%ADa+l", 100),
        ("example.com", 2000),
        ("%40staff.example", 2000),
        ("lopez+example.com", 500),
        ("com.example", 0),
        ("opez", 0),
        ("xample", 0),
        // A term does not match across the end of the address and the beginning of the name.
        ("com-maria", 0),
        ("maria+nobody", 0),
    ] {
        assert_eq!(found(&api, query).await, count, "{query}");
    }
    let of_1999 = "q=ana.garcia1999%40staff.example.com";
    let reply = api.admin_get(&format!("?{of_1999}")).await;
    assert_eq!(reply.body["users"].as_array().unwrap().len(), 1);
}

async fn rename(api: &Api, id: Uuid, name: &str) {
    let call = api.request_at(Method::PATCH, &format!("/api/admin/users/{id}"));
    let reply = Reply::of(call.json(&json!({ "display_name": name }))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_ignore_case_and_accents_in_every_script_and_locale() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let (_, api) = admin(&app).await;
    for (name, queries) in [
        (
            "Łukasz Østergård",
            &["lukasz", "ostergard", "ØSTERGÅRD"][..],
        ),
        ("Jürgen Groß", &["jurgen", "gross", "GROẞ"]),
        ("Þóra Ægisdóttir", &["thora", "aegisdottir", "ÞÓRA"]),
        (
            "Đặng İsmail Yılmaz",
            &["dang", "ISMAIL", "yilmaz", "YILMAZ"],
        ),
        ("Мария Ёлкина", &["МАРИЯ", "мария", "елкина"]),
        ("Γιώργος", &["ΓΙΩΡΓΟΣ", "γιωργος"]),
        ("山田 太郎", &["山田", "太"]),
        ("Ｆｕｌｌ Width", &["full"]),
        (
            "Anne-Marie O'Brien",
            &["marie", "o'brien", "O’Brien", "anne-marie"],
        ),
    ] {
        let person = app.person().verified().await;
        rename(&api, person.id, name).await;
        for query in queries {
            let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
            let reply = api.admin_get(&format!("?q={query}")).await;
            let users = reply.body["users"].as_array().unwrap();
            assert_eq!(users.len(), 1, "{query} of {name}: {reply:?}");
            assert_eq!(users[0]["display_name"], name);
        }
        // A former name finds no one.
        rename(&api, person.id, "Somebody Else").await;
        let query: String = url::form_urlencoded::byte_serialize(queries[0].as_bytes()).collect();
        assert_eq!(found(&api, &query).await, 0, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_input_finds_no_one_and_causes_no_fault() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let (_, api) = admin(&app).await;
    app.sql(COMPANY, &[]).await;
    for query in [
        "%",
        "_",
        "%%",
        "\\",
        "'",
        "''",
        "\"",
        ":*",
        "(",
        "<->",
        "$$",
        "=disabled",
        "=unverified",
        "lo%ez",
        "lo_ez",
        "lopez | maria & x",
        "\u{301}",
        "\u{200d}",
        "😀",
        "\u{fdfa}\u{fdfa}",
        "ﷺ.ﷺ",
        "\u{feff}",
        "a\u{0}b",
    ] {
        let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        assert_eq!(found(&api, &query).await, 0, "{query}");
    }
    for long in [
        "㌖".repeat(254),
        "ﷺ".repeat(254),
        "a.".repeat(127),
        "İ".repeat(254),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(long.as_bytes()).collect();
        assert_eq!(found(&api, &query).await, 0, "{query}");
    }
    // Terms without a word are ignored beside words.
    for words in [
        "lopez+%25+-",
        "!lopez",
        "'lopez':*",
        "^lopez",
        "lopez+%7C+%28%26",
    ] {
        assert_eq!(found(&api, words).await, 500, "{words}");
    }
    assert_eq!(found(&api, &"m+".repeat(8)).await, 800);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_common_words_without_a_common_match_are_answered_at_once() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let (_, api) = admin(&app).await;
    app.sql(
        "INSERT INTO users (id, email, email_canonical, display_name, password_hash, created_at)
         SELECT gen_random_uuid(), n || '@example.org', n || '@example.org',
            CASE WHEN n % 2 = 0 THEN 'Wei Even' ELSE 'Ida Odd' END, '!', now() - n * interval '1 second'
         FROM generate_series(1, 20000) AS n",
        &[],
    )
    .await;
    app.sql("ANALYZE users", &[]).await;
    for sort in ["newest", "oldest", "email"] {
        let began = std::time::Instant::now();
        let query = format!("even+odd&sort={sort}");
        let reply = api.admin_get(&format!("?q={query}")).await;
        assert_eq!(reply.body["users"].as_array().unwrap().len(), 0);
        let took = began.elapsed();
        assert!(took < std::time::Duration::from_secs(2), "{sort}: {took:?}");
        assert_eq!(
            api.admin_get(&format!("?q=even+wei&sort={sort}"))
                .await
                .body["users"]
                .as_array()
                .unwrap()
                .len(),
            50
        );
    }
}
