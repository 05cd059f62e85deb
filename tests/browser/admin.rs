//! An admin's story, run twice: with scripts and light pages, and without scripts and dark pages. Each
//! page is checked on a phone's width and on a desktop's.

use std::fs;
use std::time::Duration;

use crate::browser::Browser;
use crate::driver::{Driver, Scripts};
use crate::folder::Folder;
use crate::harness::eventually;
use crate::mail::MailServer;
use crate::server::Server;

const ADMIN: &str = "warden@example.org";
const HANDED_OVER: &str = "written by the first operator";
const ADMINS_OWN: &str = "nine barges under the bridge";
const GUEST: &str = "dana@example.org";
const GUESTS_OWN: &str = "a kettle sings at half past six";

/// How many CSS pixels the page is wider than the window.
const OVERFLOW: &str = "
    const [done] = arguments;
    const page = document.documentElement;
    done(page.scrollWidth - page.clientWidth);";

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_with_scripts() {
    story("admin-scripts", Scripts::On, "light").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_without_scripts() {
    story("admin-no-scripts", Scripts::Off, "dark").await;
}

async fn story(name: &str, scripts: Scripts, colours: &str) {
    let mail = MailServer::start();
    let settings = [("ADMIN_EMAIL", ADMIN), ("ADMIN_PASSWORD", HANDED_OVER)];
    let server = Server::start_with(&mail, &settings).await;
    let driver = Driver::start();
    let desktop = driver.browser(&format!("{name}-desktop"), scripts).await;
    let phone = driver.browser(&format!("{name}-guest"), scripts).await;
    desktop.prefer_colours(colours).await;
    let story = Story {
        folder: Folder::new("files"),
        server,
        mail,
        desktop,
        phone,
    };

    story.takes_over().await;
    story.invites().await;
    story.finds().await;
    story.disables_and_enables().await;
    story.imports().await;
    story.acts_on_many().await;
    story.takes_an_import_back().await;
    story.reads_the_log().await;

    story.desktop.close().await;
    story.phone.close().await;
    drop(driver);
    story.server.stop();
}

/// An admin with a desktop browser, and a guest with a phone.
struct Story {
    folder: Folder,
    server: Server,
    mail: MailServer,
    desktop: Browser,
    phone: Browser,
}

impl Story {
    /// Signs in with the password from the settings, must choose another one, and sees the dashboard.
    async fn takes_over(&self) {
        let desktop = &self.desktop;
        self.opens(desktop, "/login").await;
        let fields = [("email", ADMIN), ("password", HANDED_OVER)];
        desktop.submit("/login", &fields).await;
        desktop.assert_at("/account/password").await;
        self.opens(desktop, "/admin/users").await;
        desktop.assert_at("/account/password").await;
        let fields = [
            ("current_password", HANDED_OVER),
            ("new_password", ADMINS_OWN),
        ];
        desktop.submit("/account/password", &fields).await;
        self.opens(desktop, "/admin").await;
        desktop.assert_at("/admin").await;
        self.looks_at("dashboard").await;
    }

    /// Invites a guest by mail, who chooses name and password on the phone.
    async fn invites(&self) {
        let desktop = &self.desktop;
        self.opens(desktop, "/admin/users/new").await;
        self.looks_at("invite").await;
        let fields = [("email", GUEST), ("role", "user")];
        desktop.submit("/admin/users/new", &fields).await;
        desktop.assert_at("/admin/invitations").await;
        self.looks_at("invitations").await;
        let link = self.mail.link(GUEST, "/invitation").await;
        self.phone.open(&link).await;
        let fields = [("display_name", "Dana"), ("password", GUESTS_OWN)];
        self.phone.submit("/invitation", &fields).await;
        self.phone.assert_at("/account").await;
    }

    /// Searches the list, and opens the page of the user that is found.
    async fn finds(&self) {
        let desktop = &self.desktop;
        self.opens(desktop, "/admin/users").await;
        self.looks_at("users").await;
        let search = "form[role=search]";
        desktop.submit_form(search, &[("q", "nobody-at-all")]).await;
        assert!(desktop.text("main").await.contains("No user matches"));
        desktop
            .submit_form(search, &[("q", "DANA"), ("role", "user")])
            .await;
        assert_eq!(desktop.texts(".people .person").await.len(), 1);
        desktop.follow(".people .person a").await;
        assert_eq!(desktop.text("h1").await, "Dana");
        assert!(desktop.text("main").await.contains("Chrome on Linux"));
        self.looks_at("user").await;
    }

    /// Disables the guest, who is signed out at once and notified by mail. Enables the guest again.
    async fn disables_and_enables(&self) {
        let (desktop, phone) = (&self.desktop, &self.phone);
        let user = desktop.path().await;
        desktop.follow(&format!("a[href=\"{user}/disable\"]")).await;
        self.looks_at("disable").await;
        let action = format!("{user}/disable");
        desktop
            .submit(&action, &[("reason", "The phone was stolen")])
            .await;
        desktop.assert_at(&user).await;
        assert!(desktop.text("[role=status]").await.contains("disabled"));
        self.opens(phone, "/account").await;
        phone.assert_at("/login").await;
        self.waits_for_mail(GUEST, "was disabled").await;

        desktop.follow(&format!("a[href=\"{user}/enable\"]")).await;
        desktop.submit(&format!("{user}/enable"), &[]).await;
        self.opens(phone, "/account").await;
        phone.assert_at("/login").await;
        self.waits_for_mail(GUEST, "can be used again").await;
        self.opens(phone, "/login").await;
        let fields = [("email", GUEST), ("password", GUESTS_OWN)];
        phone.submit("/login", &fields).await;
        phone.assert_at("/account").await;
    }

    /// Imports accounts from files: one that is refused, with the reason for each row, and one that is
    /// imported.
    async fn imports(&self) {
        let desktop = &self.desktop;
        self.opens(desktop, "/admin/users/import").await;
        self.looks_at("import").await;
        let rows = "email,display_name\nerin@example.org,Erin\nnot an address,Nobody\n";
        self.uploads("refused.csv", rows).await;
        let said = desktop.text("main").await;
        assert!(said.contains("1 row cannot be used"), "{said}");
        self.looks_at("import-refused").await;
        let import = desktop.path().await;
        desktop.submit(&format!("{import}/discard"), &[]).await;

        let rows = "email,display_name,email_verified\nerin@example.org,=1+1,true\n\
            finn@example.org,Finn,true\ndana@example.org,Dana,true\n";
        self.uploads("team.csv", rows).await;
        self.looks_at("import-report").await;
        self.confirms("2 accounts were created").await;
        self.looks_at("import-done").await;
    }

    /// Selects three accounts, reviews the preview, and signs them out or disables them together.
    async fn acts_on_many(&self) {
        let (desktop, phone) = (&self.desktop, &self.phone);
        self.opens(desktop, "/admin/users").await;
        for person in ["dana", "erin", "warden"] {
            desktop.tick_beside(&format!("{person}@example.org")).await;
        }
        self.looks_at("users-picked").await;
        desktop
            .submit_form("form.picking", &[("act", "disable")])
            .await;
        desktop.assert_at("/admin/users/bulk").await;
        self.looks_at("bulk").await;
        let people = desktop.texts("form.bulk, .people").await.join("\n");
        assert!(people.contains(GUEST), "{people}");
        let left_out = desktop.text(".left-out").await;
        assert!(left_out.contains(ADMIN), "{left_out}");
        let reason = [("reason", "The project has ended")];
        desktop.submit("/admin/users/bulk", &reason).await;
        desktop.assert_at("/admin/users").await;
        let said = desktop.text("[role=status]").await;
        assert!(said.contains('2'), "{said}");
        self.opens(phone, "/account").await;
        phone.assert_at("/login").await;
        self.waits_for_mail("erin@example.org", "was disabled")
            .await;
    }

    /// Imports a file by mistake, and undoes the import.
    async fn takes_an_import_back(&self) {
        let desktop = &self.desktop;
        let rows = "{\"email\": \"gale@example.org\"}\n";
        self.uploads("mistake.jsonl", rows).await;
        self.confirms("1 account was created").await;
        let import = desktop.path().await;
        desktop.follow(&format!("a[href=\"{import}/undo\"]")).await;
        self.looks_at("undo").await;
        let fields = [("confirm_count", "1"), ("reason", "The wrong file")];
        desktop.submit(&format!("{import}/undo"), &fields).await;
        desktop.assert_at(&import).await;
        self.looks_at("undone").await;
        self.opens(desktop, "/admin/users?q=gale").await;
        assert!(desktop.text("main").await.contains("No user matches"));
    }

    /// Finds the acts and their reasons in the audit log.
    async fn reads_the_log(&self) {
        let desktop = &self.desktop;
        self.opens(desktop, "/admin/audit").await;
        let log = desktop.text("main").await;
        for reason in ["The project has ended", "The wrong file"] {
            assert!(log.contains(reason), "{log}");
        }
        self.looks_at("audit").await;
        let search = "form[role=search]";
        let fields = [
            ("actor", ADMIN),
            ("subject", GUEST),
            ("event", "user_disabled"),
        ];
        desktop.submit_form(search, &fields).await;
        let found = desktop.texts(".log > li").await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("The phone was stolen"), "{found:?}");
        desktop.click(".log details summary").await;
        self.looks_at("audit-found").await;
    }

    async fn uploads(&self, name: &str, rows: &str) {
        let path = self.folder.path().join(name);
        fs::write(&path, rows).expect("our own folder");
        self.opens(&self.desktop, "/admin/users/import").await;
        let path = path.to_str().expect("a plain path");
        self.desktop
            .submit("/admin/users/import", &[("file", path)])
            .await;
    }

    /// Confirms the open import, and waits while the page reloads itself.
    async fn confirms(&self, done: &str) {
        let import = self.desktop.path().await;
        self.desktop.submit(&format!("{import}/confirm"), &[]).await;
        self.desktop.reads("main", done).await;
    }

    /// Waits for a mail to `address` whose subject has these words.
    async fn waits_for_mail(&self, address: &str, words: &str) {
        let what = format!("a mail to {address} about {words:?}");
        eventually(Duration::from_secs(20), &what, async || {
            let mails = self.mail.mails();
            let matches = |mail: &&crate::mail::ReceivedMail| {
                mail.to == [address] && mail.subject.contains(words)
            };
            mails.iter().find(matches).map(|_| ())
        })
        .await;
    }

    /// Takes screenshots on a phone's and a desktop's width, and asserts that nothing overflows.
    async fn looks_at(&self, what: &str) {
        for width in [320, 1280] {
            self.desktop.resize(width, 1100).await;
            let overflow = self.desktop.run(OVERFLOW, vec![]).await;
            assert_eq!(overflow, 0, "{what} is wider than {width} pixels");
            self.desktop.screenshot(&format!("{what}-{width}")).await;
        }
    }

    async fn opens(&self, browser: &Browser, path: &str) {
        browser.open(&self.server.url(path)).await;
    }
}
