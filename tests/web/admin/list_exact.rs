//! The list is compared with a simple filter in the test: every combination of filters, texts and orders,
//! through all pages, while other requests add and change users.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use vestibule::internals::domain::dashboard::Precision;
use vestibule::internals::flows::admin::list::{self, Query};

use crate::harness::TestApp;

/// Four hundred users with few different initials and creation times, in all states; the same in each run.
const PEOPLE: &str = "INSERT INTO users (id, email, email_canonical, display_name, password_hash, role,
        created_at, email_verified_at, disabled_at, deleted_at)
    SELECT gen_random_uuid(), upper(address), address, CASE WHEN n % 5 < 3 THEN name END, '!',
        CASE WHEN n % 13 = 0 THEN 'admin' ELSE 'user' END,
        '2026-01-01'::timestamptz + (n * 7 % 31) * interval '1 day',
        CASE WHEN n % 3 > 0 THEN now() END,
        CASE WHEN n % 7 < 2 THEN now() END, CASE WHEN n % 7 = 0 THEN now() END
    FROM (SELECT n, (ARRAY['a', 'ab', 'a_', 'b', 'ça'])[1 + n % 4] || n * 37 % 401 || '@example.org' AS address,
            (ARRAY['Ab', 'A%', 'Ça', 'B', 'b\\'])[1 + n * 3 % 5] || n AS name
        FROM generate_series(1, 400) AS n) AS drawn;
    INSERT INTO totp_authenticators (user_id, secret, confirmed_at, created_at)
    SELECT id, '', CASE WHEN row_number() OVER (ORDER BY email) % 3 > 0 THEN now() END, now()
    FROM users WHERE ascii(substr(md5(email), 1)) % 2 = 0;
    DELETE FROM totp_authenticators WHERE user_id IN (SELECT user_id FROM totp_authenticators
        WHERE confirmed_at IS NOT NULL ORDER BY user_id LIMIT 20);
    UPDATE totp_authenticators SET confirmed_at = now() WHERE user_id IN (SELECT user_id
        FROM totp_authenticators WHERE confirmed_at IS NULL ORDER BY user_id LIMIT 20);
    UPDATE users SET email = replace(email, 'EXAMPLE', 'Example')";

/// Concurrent changes, repeated during the test. Their addresses have their own domain.
const CONCURRENT_CHANGES: &str = "
    INSERT INTO users (id, email, email_canonical, display_name, password_hash, created_at)
    SELECT gen_random_uuid(), address, address, 'Ab', '!', '2026-01-01'::timestamptz + random() * interval '31 days'
    FROM (SELECT 'a' || gen_random_uuid() || '@moving.example' AS address) AS drawn;
    UPDATE users SET disabled_at = CASE WHEN disabled_at IS NULL THEN now() END,
        email_verified_at = CASE WHEN email_verified_at IS NULL THEN now() END
    WHERE email LIKE '%@moving.example' AND random() < 0.5";

struct Row {
    id: String,
    address: String,
    name: Option<String>,
    status: &'static str,
    role: String,
    two_factor: &'static str,
    verified: &'static str,
    created: i64,
}

async fn all_users(app: &TestApp) -> Vec<Row> {
    let rows = "SELECT u.id::text, email_canonical, display_name, disabled_at IS NOT NULL,
            deleted_at IS NOT NULL, role, t.confirmed_at IS NOT NULL, email_verified_at IS NOT NULL,
            (extract(epoch FROM u.created_at) * 1000000)::bigint
        FROM users AS u LEFT JOIN totp_authenticators AS t ON t.user_id = u.id";
    let rows = app.sql(rows, &[]).await;
    let word = |on: bool, yes, no| if on { yes } else { no };
    rows.iter()
        .map(|row| Row {
            id: row.get(0),
            address: row.get(1),
            name: row.get(2),
            status: word(
                row.get(4),
                "deleted",
                word(row.get(3), "disabled", "active"),
            ),
            role: row.get(5),
            two_factor: word(row.get(6), "on", "off"),
            verified: word(row.get(7), "yes", "no"),
            created: row.get(8),
        })
        .collect()
}

/// The words of a text, with the few letters folded that occur here.
fn words(text: &str) -> Vec<String> {
    let folded = text.to_lowercase().replace('ç', "c");
    let words = folded.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether each term matches words of the address or of the name in sequence. The last word of a term may
/// be a prefix.
fn matches(row: &Row, text: &str) -> bool {
    let terms: Vec<Vec<String>> = text.split_whitespace().map(words).collect();
    let stands = |term: &[String], all: &[String]| {
        all.windows(term.len()).any(|window| {
            let (last, others) = term.split_last().unwrap();
            window[..others.len()] == *others && window[others.len()].starts_with(last)
        })
    };
    let (address, name) = (
        words(&row.address),
        words(row.name.as_deref().unwrap_or("")),
    );
    let mut asked = terms.iter().filter(|term| !term.is_empty()).peekable();
    let is_found =
        asked.peek().is_some() && asked.all(|term| stands(term, &address) || stands(term, &name));
    text.is_empty() || is_found || text == row.id
}

/// The ids that a search must find, in order.
fn expected(all_users: &[Row], query: &Query) -> Vec<String> {
    let is = |wanted: &str, has: &str| wanted.is_empty() || wanted == has;
    let mut found: Vec<&Row> = all_users
        .iter()
        .filter(|row| is(&query.status, row.status) && is(&query.role, &row.role))
        .filter(|row| is(&query.two_factor, row.two_factor) && is(&query.verified, row.verified))
        .filter(|row| matches(row, &query.q))
        .collect();
    match query.sort.as_str() {
        "email" => found.sort_by(|a, b| a.address.cmp(&b.address)),
        "oldest" => found.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id))),
        _ => found.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id))),
    }
    found.into_iter().map(|row| row.id.clone()).collect()
}

async fn walked(app: &TestApp, query: &Query, size: usize) -> Vec<String> {
    let (mut query, mut found) = (query.clone(), Vec::new());
    loop {
        let page = list::page(app.services(), &query, size).await;
        let page = page.unwrap().unwrap();
        assert!(page.users.len() <= size && (page.next.is_none() || page.users.len() == size));
        found.extend(page.users.iter().map(|one| one.user.id.to_string()));
        match page.next {
            Some(next) => query.cursor = next,
            None => return found,
        }
    }
}

/// Walks from the last page to the first. The pages on the way to the last one are not recorded.
async fn walked_back(app: &TestApp, query: &Query, size: usize) -> Vec<String> {
    let (mut query, mut pages) = (query.clone(), Vec::new());
    let page = async |query: &Query| {
        let page = list::page(app.services(), query, size).await;
        page.unwrap().unwrap()
    };
    let ids = |page: &list::Page| -> Vec<String> {
        let users = page.users.iter();
        users.map(|one| one.user.id.to_string()).collect()
    };
    let mut now = page(&query).await;
    while let Some(next) = now.next {
        query.cursor = next;
        now = page(&query).await;
    }
    pages.push(ids(&now));
    while let Some(previous) = now.previous {
        query.cursor = previous;
        now = page(&query).await;
        assert_eq!((now.users.len(), now.next.is_some()), (size, true));
        pages.push(ids(&now));
    }
    pages.reverse();
    pages.concat()
}

/// Every combination of filters with several texts and all orders.
fn searches(all_users: &[Row]) -> Vec<Query> {
    let texts = [
        "",
        "",
        "a",
        "AB",
        "a_",
        "a%",
        "ÇA",
        "b\\",
        "ab1",
        "nobody",
        "%",
        "example.org",
        "org",
        "EX ca",
        "b a",
        "a1 @example",
        "xample",
    ];
    let mut texts = texts.map(str::to_owned).to_vec();
    texts.extend(all_users.iter().take(2).map(|row| row.id.clone()));
    let mut all = Vec::new();
    for status in ["", "active", "disabled", "deleted"] {
        for role in ["", "user", "admin"] {
            for two_factor in ["", "on", "off"] {
                for verified in ["", "yes", "no"] {
                    for sort in ["newest", "oldest", "email"] {
                        all.push(Query {
                            // Nineteen texts and twelve orders and sizes are combined in turn.
                            q: texts[all.len() * 5 % texts.len()].clone(),
                            status: status.to_owned(),
                            role: role.to_owned(),
                            two_factor: two_factor.to_owned(),
                            verified: verified.to_owned(),
                            sort: sort.to_owned(),
                            cursor: String::new(),
                        });
                    }
                }
            }
        }
    }
    let plain = |(n, q): (usize, &String)| Query {
        q: q.clone(),
        sort: ["newest", "oldest", "email"][n % 3].to_owned(),
        ..Query::default()
    };
    all.extend(texts.iter().cycle().take(57).enumerate().map(plain));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_search_finds_and_counts_the_right_users() {
    // The accounts are of any age, and not all of them are verified.
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    app.another_connection()
        .await
        .batch_execute(PEOPLE)
        .await
        .unwrap();
    let all_users = all_users(&app).await;
    let mut hits = 0;
    for (n, query) in searches(&all_users).into_iter().enumerate() {
        let expected = expected(&all_users, &query);
        assert_eq!(walked(&app, &query, 9).await, expected, "{query:?}");
        if n % 4 == 0 {
            assert_eq!(walked_back(&app, &query, 9).await, expected, "{query:?}");
        }
        let figure = list::count(app.services(), &query).await.unwrap();
        let figure = figure.unwrap();
        let counted = usize::try_from(figure.count).unwrap();
        assert_eq!(
            (counted, figure.precision),
            (expected.len(), Precision::Exact)
        );
        hits += usize::from(!expected.is_empty());
    }
    assert!(hits > 150, "{hits} searches found a user");
}

#[tokio::test(flavor = "multi_thread")]
async fn unchanged_users_are_listed_once_and_in_order_while_others_change() {
    // The accounts are of any age, and not all of them are verified.
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let others = app.another_connection().await;
    others.batch_execute(PEOPLE).await.unwrap();
    let all_users = all_users(&app).await;
    let stay: BTreeSet<String> = all_users.iter().map(|row| row.id.clone()).collect();
    let done = AtomicBool::new(false);
    let write = async {
        let mut written = 0;
        while !done.load(Ordering::Relaxed) {
            others.batch_execute(CONCURRENT_CHANGES).await.unwrap();
            written += 1;
        }
        written
    };
    let look = async {
        for query in searches(&all_users).iter().step_by(5) {
            let found = walked(&app, query, 7).await;
            let once: BTreeSet<&String> = found.iter().collect();
            assert_eq!(once.len(), found.len(), "{query:?}: a user came twice");
            let stayed: Vec<String> = found.into_iter().filter(|id| stay.contains(id)).collect();
            assert_eq!(stayed, expected(&all_users, query), "{query:?}");
        }
        done.store(true, Ordering::Relaxed);
    };
    let (written, ()) = tokio::join!(write, look);
    assert!(written > 20, "{written} writes");
}
