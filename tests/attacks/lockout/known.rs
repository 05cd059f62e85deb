//! Browsers that an account knows: strangers lock nobody out.

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

/// (21) Strangers use up their own guesses, and not those of a browser that the account knows: at
/// the password and at the code.
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

    // Whoever knows the password may have used the guesses at codes up as well.
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

/// (21) A known browser has guesses of its own, and no more of them than a stranger begins with.
#[tokio::test(flavor = "multi_thread")]
async fn a_known_browser_that_fails_often_is_a_stranger() {
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

/// (12, 21) Whoever knew the password before this one may have kept any number of device cookies, each
/// with guesses of its own: they went with it. The browser that changed the password stays known.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_from_before_the_password_is_a_stranger() {
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

/// (21) The time of an import is the beginning of the account, whatever its file says: browsers of an
/// earlier account of the address bring no guesses of their own.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_the_beginning_for_the_browsers_of_before() {
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
