//! Browsers that an account knows: strangers cannot lock the owner out.

use chrono::TimeDelta;
use vestibule::internals::{
    flows::imports::{
        at_once::{self, Options},
        rows,
    },
    throttle::account::Guess,
};

use super::{DEVICE, app, block, blocked, set_failures};
use crate::harness::{
    Person,
    people::{NEW_PASSWORD, PASSWORD},
};

/// (21) Strangers use up their own guesses, and not those of a browser that the account knows: for the
/// password and for the code.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_do_not_lock_the_owner_out() {
    let app = app().await;
    let owner = app.person().with_totp().await;
    let other = app.person().await;
    let mut known = app.browser();
    known.sign_in_with(&owner, &owner.code()).await;
    known.submit("/logout", &[]).await;
    let mut known_to_another = app.browser();
    known_to_another.sign_in(&other).await;
    known_to_another.submit("/logout", &[]).await;
    block(&app, &owner.email).await;
    app.sql("UPDATE sessions SET revoked_at = created_at", &[])
        .await;

    assert_eq!(app.api().sign_in(&owner).await.status, 429);
    assert_eq!(app.browser().sign_in(&owner).await.status(), 429);
    assert_eq!(known_to_another.sign_in(&owner).await.status(), 429);
    let mut forgetful = known.clone();
    forgetful.jar.forget(DEVICE);
    assert_eq!(forgetful.sign_in(&owner).await.status(), 429);

    // An attacker who knows the password may have used up the guesses at codes as well.
    assert_eq!(known.sign_in(&owner).await.path(), "/login/verify");
    set_failures(&app, Guess::Password, &owner.email, 0).await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    assert_eq!(app.api().sign_in_with(&owner, &wrong).await.status, 401);
    set_failures(&app, Guess::Code, &owner.email, 100).await;
    let reply = app.api().sign_in_with(&owner, &owner.code()).await;
    assert_eq!(reply.status, 429);
    let page = known
        .submit("/login/verify", &[("code", &owner.code())])
        .await;
    assert_eq!(page.path(), "/account");
}

/// (21) A known browser has its own guesses, as many as strangers have at first.
#[tokio::test(flavor = "multi_thread")]
async fn a_known_browser_that_fails_often_counts_as_a_stranger() {
    let app = app().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    browser.submit("/logout", &[]).await;
    blocked(&app, &person.email).await;
    let wrong = Person {
        password: "not the right password".to_owned(),
        ..person.clone()
    };
    for _ in 0..10 {
        assert_eq!(browser.sign_in(&wrong).await.status(), 401);
    }
    assert_eq!(browser.sign_in(&wrong).await.status(), 429);
    assert_eq!(browser.sign_in(&person).await.status(), 429);
}

/// (12, 21) An attacker who knew the earlier password may have collected any number of device cookies,
/// each with its own guesses. A new password invalidates them. The browser that changed the password stays
/// known.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_known_before_a_password_change_counts_as_a_stranger() {
    let app = app().await;
    let person = app.person().await;
    let (mut earlier, mut changing) = (app.browser(), app.browser());
    for browser in [&mut earlier, &mut changing] {
        browser.sign_in(&person).await;
    }
    earlier.submit("/logout", &[]).await;
    app.wait(TimeDelta::seconds(1));
    changing.visit("/account/password").await;
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    let page = changing.submit("/account/password", &typed).await;
    assert_eq!(page.path(), "/account");
    changing.submit("/logout", &[]).await;
    let changed = Person {
        password: NEW_PASSWORD.to_owned(),
        ..person
    };
    blocked(&app, &changed.email).await;
    assert_eq!(earlier.sign_in(&changed).await.status(), 429);
    assert_eq!(changing.sign_in(&changed).await.path(), "/account");
}

/// (21) An imported account begins at the time of the import, whatever its file says: browsers that an
/// earlier account of the address knew have no guesses of their own.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_known_before_an_import_counts_as_a_stranger() {
    let app = app().await;
    for imported in [false, true] {
        let person = app.person().verified().await;
        let mut known = app.browser();
        known.sign_in(&person).await;
        known.submit("/logout", &[]).await;
        app.wait(TimeDelta::minutes(5));
        if imported {
            app.sql("DELETE FROM users WHERE email = $1", &[&person.email])
                .await;
            let rows = format!("email,created_at\n{},2020-01-01T00:00:00Z\n", person.email);
            let rows = rows::read(Box::new(std::io::Cursor::new(rows)));
            let done =
                at_once::import(app.services(), rows, &Options::default(), &mut |_| {}).await;
            assert_eq!(done.unwrap().new, 1);
        }
        blocked(&app, &person.email).await;
        let status = known.sign_in(&person).await.status();
        assert_eq!(status == 429, imported, "{status}");
    }
}
