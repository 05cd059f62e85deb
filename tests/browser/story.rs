//! The user's story, run twice: with scripts, and without them in a browser that prefers dark pages.

use std::collections::HashSet;

use serde_json::Value;

use crate::authenticator::Authenticator;
use crate::browser::Browser;
use crate::driver::{Driver, Scripts};
use crate::mail::MailServer;
use crate::server::Server;

const EMAIL: &str = "robin@example.org";
const FIRST: &str = "seven herons over the weir";
const SECOND: &str = "a ferry leaves at half past four";
const THIRD: &str = "the lamp by the harbour is green";

#[tokio::test(flavor = "multi_thread")]
async fn the_story_with_scripts() {
    story("scripts", Scripts::On, "light").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_without_scripts() {
    story("no-scripts", Scripts::Off, "dark").await;
}

async fn story(name: &str, scripts: Scripts, colours: &str) {
    let mail = MailServer::start();
    let server = Server::start(&mail).await;
    let driver = Driver::start();
    let laptop = driver.browser(&format!("{name}-laptop"), scripts).await;
    let phone = driver.browser(&format!("{name}-phone"), scripts).await;
    laptop.prefer_colours(colours).await;
    let mut person = Person {
        server,
        mail,
        laptop,
        phone,
        password: FIRST,
    };

    person.registers().await;
    person.signs_in_again().await;
    let (mut app, codes) = person.enrols().await;
    let mut codes = codes.into_iter();
    person.uses_the_second_factor(&mut app, &mut codes).await;
    person.recovers(&mut codes).await;
    person.stays_signed_in().await;
    person.looks_after_the_account().await;
    person.changes_the_password(&mut codes).await;
    person.signs_devices_out().await;

    for mail in person.mail.mails() {
        assert!(mail.encrypted && mail.authenticated, "{mail:?}");
        assert_eq!(mail.to, [EMAIL], "{mail:?}");
        assert_eq!(mail.headers_named("To"), [EMAIL], "{mail:?}");
        assert!(
            !mail.subject.is_empty() && !mail.html.is_empty(),
            "{mail:?}"
        );
        for password in [FIRST, SECOND, THIRD] {
            assert!(!mail.text.contains(password), "a mail holds a password");
        }
    }
    person.laptop.close().await;
    person.phone.close().await;
    drop(driver);
    person.server.stop();
}

/// One user with two browsers, the server and the mailbox.
struct Person {
    server: Server,
    mail: MailServer,
    laptop: Browser,
    phone: Browser,
    password: &'static str,
}

impl Person {
    /// Step 1: registers, follows the mailed link, presses the button, is verified.
    async fn registers(&self) {
        let laptop = &self.laptop;
        laptop.open(&self.server.url("/")).await;
        laptop.assert_at("/login").await;
        laptop.screenshot("login").await;
        laptop.open(&self.server.url("/register")).await;
        laptop.screenshot("register").await;
        laptop
            .submit("/register", &[("email", EMAIL), ("password", "short")])
            .await;
        laptop.assert_at("/register").await;
        assert!(
            laptop.has("[role=alert]").await,
            "a short password is refused"
        );
        laptop.screenshot("register-refused").await;
        let fields = [
            ("email", EMAIL),
            ("password", self.password),
            ("display_name", "Robin"),
        ];
        laptop.submit("/register", &fields).await;
        laptop.assert_at("/account").await;
        assert!(laptop.text("body").await.contains(EMAIL));
        let me = self.server.me(&laptop.cookie_header().await).await;
        assert_eq!(
            (&me["email"], &me["email_verified"]),
            (&EMAIL.into(), &false.into())
        );

        let link = self.mail.link(EMAIL, "/verify-email").await;
        laptop.open(&link).await;
        laptop.screenshot("verify").await;
        let me = self.server.me(&laptop.cookie_header().await).await;
        assert_eq!(
            me["email_verified"], false,
            "opening the link changes nothing"
        );
        laptop.submit("/verify-email", &[]).await;
        laptop.screenshot("verified").await;
        let me = self.server.me(&laptop.cookie_header().await).await;
        assert_eq!(me["email_verified"], true);
    }

    /// Step 2: signs out and in again, without and with "remember me".
    async fn signs_in_again(&self) {
        let laptop = &self.laptop;
        self.signs_out(laptop).await;
        self.opens(laptop, "/account").await;
        laptop.assert_at("/login").await;

        self.offers_password(laptop, "not the password at all", &[])
            .await;
        laptop.assert_at("/login").await;
        assert!(
            laptop.has("[role=alert]").await,
            "a wrong password is refused"
        );
        laptop.screenshot("login-refused").await;

        self.offers_password(laptop, self.password, &[]).await;
        laptop.assert_at("/account").await;
        let refresh = laptop.cookie("refresh").await.expect("signed in");
        assert_eq!(
            refresh.expires_datetime(),
            None,
            "not remembered past the browser's end"
        );
        assert_eq!(refresh.http_only(), Some(true));

        self.signs_out(laptop).await;
        self.offers_password(laptop, self.password, &[("remember_me", "on")])
            .await;
        laptop.assert_at("/account").await;
        let refresh = laptop.cookie("refresh").await.expect("signed in");
        assert!(refresh.expires_datetime().is_some(), "remembered");
    }

    /// Step 3: enrols an authenticator from the QR code, confirms it, gets ten backup codes.
    async fn enrols(&self) -> (Authenticator, Vec<String>) {
        let laptop = &self.laptop;
        self.opens(laptop, "/account/two-factor").await;
        laptop.submit("/account/two-factor/enroll", &[]).await;
        laptop.show(".totp-secret").await;
        let picture = laptop.screenshot("enrol").await;
        let mut app = Authenticator::scan(&picture);
        assert!(
            app.label.contains(&EMAIL.replace('@', "%40")) || app.label.contains(EMAIL),
            "{}",
            app.label
        );
        let shown: String = laptop
            .text(".totp-secret")
            .await
            .split_whitespace()
            .collect();
        assert_eq!(shown, app.secret, "the text and the QR code say the same");
        assert_eq!(shown.len(), 32, "20 bytes in Base32");

        let code = app.fresh_code().await;
        laptop
            .submit("/account/two-factor/confirm", &[("code", &code)])
            .await;
        laptop.screenshot("backup-codes").await;
        let codes = laptop.texts(".backup-codes li").await;
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), 10, "{codes:?}");
        for code in &codes {
            let groups: Vec<usize> = code.trim().split('-').map(str::len).collect();
            assert_eq!(groups, [4, 4, 4, 4], "{code}");
        }
        self.opens(laptop, "/account").await;
        laptop.assert_at("/account").await;
        laptop.screenshot("account").await;
        (app, codes)
    }

    /// Step 4: a TOTP code is accepted once, and so is a backup code.
    async fn uses_the_second_factor(
        &self,
        app: &mut Authenticator,
        codes: &mut impl Iterator<Item = String>,
    ) {
        let laptop = &self.laptop;
        self.signs_out(laptop).await;
        let code = app.fresh_code().await;
        self.offers_code(laptop, &code).await;
        laptop.assert_at("/account").await;

        self.signs_out(laptop).await;
        self.offers_code(laptop, &code).await;
        self.assert_code_refused(laptop, "the same TOTP code").await;
        laptop.screenshot("code-refused").await;
        let backup = codes.next().expect("ten codes");
        self.enters_backup(laptop, &backup).await;
        laptop.assert_at("/account").await;

        self.offers_backup(&self.phone, &backup).await;
        self.assert_code_refused(&self.phone, "the same backup code")
            .await;
        // Typed as people do: in lower case, with spaces instead of dashes.
        let backup = codes
            .next()
            .expect("ten codes")
            .to_lowercase()
            .replace('-', " ");
        self.enters_backup(&self.phone, &backup).await;
        self.phone.assert_at("/account").await;
    }

    /// Step 5: a password reset by mail ends every session and invalidates the old password and the link.
    async fn recovers(&mut self, codes: &mut impl Iterator<Item = String>) {
        let (laptop, phone) = (&self.laptop, &self.phone);
        self.signs_out(laptop).await;
        self.opens(laptop, "/forgot-password").await;
        laptop.submit("/forgot-password", &[("email", EMAIL)]).await;
        laptop.screenshot("forgot").await;
        let link = self.mail.link(EMAIL, "/reset-password").await;
        laptop.open(&link).await;
        laptop.screenshot("reset").await;
        laptop
            .submit("/reset-password", &[("new_password", SECOND)])
            .await;
        laptop.assert_at("/login/verify").await;
        let backup = codes.next().expect("ten codes");
        self.enters_backup(laptop, &backup).await;
        self.opens(laptop, "/account").await;
        laptop.assert_at("/account").await;

        self.opens(phone, "/account").await;
        phone.assert_at("/login").await;
        self.offers_password(phone, FIRST, &[]).await;
        phone.assert_at("/login").await;
        assert!(
            phone.has("[role=alert]").await,
            "the old password is refused"
        );
        phone.open(&link).await;
        phone.screenshot("reset-dead").await;
        if phone
            .has("form[action=\"/reset-password\"] input[name=new_password]")
            .await
        {
            phone
                .submit("/reset-password", &[("new_password", THIRD)])
                .await;
            assert!(
                phone.has("[role=alert]").await,
                "the link is dead after its use"
            );
        }
        self.opens(phone, "/account").await;
        phone.assert_at("/login").await;
        self.password = SECOND;
    }

    /// Step 6: without the access token, the next page sets a new pair without asking.
    async fn stays_signed_in(&self) {
        let laptop = &self.laptop;
        let before = laptop.cookie("refresh").await.expect("signed in");
        laptop.delete_cookie("access").await;
        assert!(
            laptop.cookie("access").await.is_none(),
            "the cookie is gone"
        );
        self.opens(laptop, "/account").await;
        laptop.assert_at("/account").await;
        assert!(
            laptop.cookie("access").await.is_some(),
            "a fresh access token"
        );
        let after = laptop
            .cookie("refresh")
            .await
            .expect("a fresh refresh token");
        assert_ne!(after.value(), before.value(), "the pair was rotated");
    }

    /// Changes the name, reads what happened, and downloads the data, which is mailed.
    async fn looks_after_the_account(&self) {
        let laptop = &self.laptop;
        self.opens(laptop, "/account/profile").await;
        let name = [("display_name", "Robin\u{200b} Example")];
        laptop.submit("/account/profile", &name).await;
        assert!(laptop.has("[role=alert]").await, "an invisible character");
        laptop.screenshot("profile-refused").await;
        let name = [("display_name", "Robin Example")];
        laptop.submit("/account/profile", &name).await;
        laptop.assert_at("/account/profile").await;
        assert!(
            laptop.has("[role=status]").await,
            "a message confirms the change"
        );
        self.opens(laptop, "/account").await;
        assert!(laptop.text("main").await.contains("Robin Example"));
        laptop.screenshot("overview").await;

        self.opens(laptop, "/account/activity").await;
        let events = laptop.texts(".activity li").await;
        assert!(events[0].contains("You changed your name."), "{events:?}");
        assert!(events[0].contains("Chrome on Linux"), "{events:?}");
        laptop.screenshot("activity").await;

        self.opens(laptop, "/account/export").await;
        laptop.screenshot("export").await;
        // The answer is a file: the page stays.
        laptop
            .click("form[action=\"/account/export\"] button")
            .await;
        let document = laptop.downloaded("json").await;
        let document: Value = serde_json::from_str(&document).expect("a whole document");
        assert_eq!(document["profile"]["display_name"], "Robin Example");
        assert_eq!(document["addresses"][0]["email"], EMAIL);
        laptop.assert_at("/account/export").await;
        self.opens(laptop, "/account/activity").await;
        let events = laptop.texts(".activity li").await;
        assert!(events[0].contains("You downloaded a copy"), "{events:?}");
    }

    /// Step 7: changing the password signs out the other browser, not this one.
    async fn changes_the_password(&mut self, codes: &mut impl Iterator<Item = String>) {
        let (laptop, phone) = (&self.laptop, &self.phone);
        self.offers_backup(phone, &codes.next().expect("ten codes"))
            .await;
        phone.assert_at("/account").await;

        self.opens(laptop, "/account/password").await;
        laptop.screenshot("password").await;
        let fields = [("current_password", self.password), ("new_password", THIRD)];
        laptop.submit("/account/password", &fields).await;
        assert!(
            !laptop.has("[role=alert]").await,
            "{}",
            laptop.text("body").await
        );
        laptop.screenshot("password-changed").await;
        self.password = THIRD;

        self.opens(&self.laptop, "/account").await;
        self.laptop.assert_at("/account").await;
        self.opens(&self.phone, "/account").await;
        self.phone.assert_at("/login").await;
        self.offers_backup(&self.phone, &codes.next().expect("ten codes"))
            .await;
        self.phone.assert_at("/account").await;
    }

    /// Step 8: the list of devices shows both browsers; the laptop signs the phone out, then itself.
    async fn signs_devices_out(&self) {
        let (laptop, phone) = (&self.laptop, &self.phone);
        let form = |n: u8| format!("main li:nth-of-type({n}) form[action$=\"/revoke\"]");
        self.opens(laptop, "/account/sessions").await;
        laptop.screenshot("devices").await;
        let devices = laptop.texts("main li").await;
        assert_eq!(devices.len(), 2, "{devices:?}");
        assert!(devices[0].contains("This device"), "{devices:?}");
        for device in &devices {
            assert!(device.contains("Chrome on Linux"), "{device}");
            assert!(device.contains("127.0.0.1"), "{device}");
        }
        laptop.submit_form(&form(2), &[]).await;
        laptop.assert_at("/account/sessions").await;
        assert!(laptop.has("[role=status]").await, "the result is shown");
        assert_eq!(laptop.texts("main li").await.len(), 1);
        laptop.screenshot("device-signed-out").await;
        self.opens(phone, "/account").await;
        phone.assert_at("/login").await;

        let own = "main li form[action=\"/logout\"]";
        laptop.submit_form(own, &[]).await;
        laptop.assert_at("/login").await;
        assert!(laptop.cookie("access").await.is_none(), "signed out");
        assert!(laptop.cookie("refresh").await.is_none(), "signed out");
    }

    async fn opens(&self, browser: &Browser, path: &str) {
        browser.open(&self.server.url(path)).await;
    }

    async fn signs_out(&self, browser: &Browser) {
        self.opens(browser, "/account").await;
        browser.submit("/logout", &[]).await;
        assert!(browser.cookie("access").await.is_none(), "signed out");
        assert!(browser.cookie("refresh").await.is_none(), "signed out");
    }

    async fn offers_password(&self, browser: &Browser, password: &str, more: &[(&str, &str)]) {
        self.opens(browser, "/login").await;
        let fields = [&[("email", EMAIL), ("password", password)], more].concat();
        browser.submit("/login", &fields).await;
    }

    /// Signs in with the password and a TOTP code.
    async fn offers_code(&self, browser: &Browser, code: &str) {
        self.offers_password(browser, self.password, &[]).await;
        browser.assert_at("/login/verify").await;
        browser.submit("/login/verify", &[("code", code)]).await;
    }

    /// Signs in with the password and a backup code.
    async fn offers_backup(&self, browser: &Browser, code: &str) {
        self.offers_password(browser, self.password, &[]).await;
        self.enters_backup(browser, code).await;
    }

    /// Enters a backup code on the page that asks for a second factor, unfolding its form.
    async fn enters_backup(&self, browser: &Browser, code: &str) {
        browser.assert_at("/login/verify").await;
        if !browser.has("details[open]").await {
            browser.click("details summary").await;
        }
        browser.screenshot("backup-code").await;
        let form = "details form[action=\"/login/verify\"]";
        browser.submit_form(form, &[("code", code)]).await;
    }

    async fn assert_code_refused(&self, browser: &Browser, what: &str) {
        browser.assert_at("/login/verify").await;
        assert!(browser.has("[role=alert]").await, "{what} is refused");
    }
}
