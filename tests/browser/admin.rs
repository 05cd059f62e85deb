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
    let desk = driver.browser(&format!("{name}-desk"), scripts).await;
    let phone = driver.browser(&format!("{name}-guest"), scripts).await;
    desk.prefer_colours(colours).await;
    let story = Story {
        folder: Folder::new("files"),
        server,
        mail,
        desk,
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

    story.desk.close().await;
    story.phone.close().await;
    drop(driver);
    story.server.stop();
}

/// An admin with a desktop browser, and a guest with a phone.
struct Story {
    folder: Folder,
    server: Server,
    mail: MailServer,
    desk: Browser,
    phone: Browser,
}

impl Story {
    /// Signs in with the password from the settings, must choose another one, and sees the dashboard.
    async fn takes_over(&self) {
        let desk = &self.desk;
        self.opens(desk, "/login").await;
        let fields = [("email", ADMIN), ("password", HANDED_OVER)];
        desk.submit("/login", &fields).await;
        desk.assert_at("/account/password").await;
        self.opens(desk, "/admin/users").await;
        desk.assert_at("/account/password").await;
        let fields = [
            ("current_password", HANDED_OVER),
            ("new_password", ADMINS_OWN),
        ];
        desk.submit("/account/password", &fields).await;
        self.opens(desk, "/admin").await;
        desk.assert_at("/admin").await;
        self.looks_at("dashboard").await;
    }

    /// Invites a guest by mail, who chooses name and password on the phone.
    async fn invites(&self) {
        let desk = &self.desk;
        self.opens(desk, "/admin/users/new").await;
        self.looks_at("invite").await;
        let fields = [("email", GUEST), ("role", "user")];
        desk.submit("/admin/users/new", &fields).await;
        desk.assert_at("/admin/invitations").await;
        self.looks_at("invitations").await;
        let link = self.mail.link(GUEST, "/invitation").await;
        self.phone.open(&link).await;
        let fields = [("display_name", "Dana"), ("password", GUESTS_OWN)];
        self.phone.submit("/invitation", &fields).await;
        self.phone.assert_at("/account").await;
    }

    /// Searches the list, and opens the page of the user that is found.
    async fn finds(&self) {
        let desk = &self.desk;
        self.opens(desk, "/admin/users").await;
        self.looks_at("users").await;
        let search = "form[role=search]";
        desk.submit_form(search, &[("q", "nobody-at-all")]).await;
        assert!(desk.text("main").await.contains("No one matches"));
        desk.submit_form(search, &[("q", "DANA"), ("role", "user")])
            .await;
        assert_eq!(desk.texts(".people .person").await.len(), 1);
        desk.follow(".people .person a").await;
        assert_eq!(desk.text("h1").await, "Dana");
        assert!(desk.text("main").await.contains("Chrome on Linux"));
        self.looks_at("user").await;
    }

    /// Disables the guest, who is signed out at once and notified by mail. Enables the guest again.
    async fn disables_and_enables(&self) {
        let (desk, phone) = (&self.desk, &self.phone);
        let user = desk.path().await;
        desk.follow(&format!("a[href=\"{user}/disable\"]")).await;
        self.looks_at("disable").await;
        let action = format!("{user}/disable");
        desk.submit(&action, &[("reason", "The phone was stolen")])
            .await;
        desk.assert_at(&user).await;
        assert!(desk.text("[role=status]").await.contains("disabled"));
        self.opens(phone, "/account").await;
        phone.assert_at("/login").await;
        self.waits_for_mail(GUEST, "was disabled").await;

        desk.follow(&format!("a[href=\"{user}/enable\"]")).await;
        desk.submit(&format!("{user}/enable"), &[]).await;
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
        let desk = &self.desk;
        self.opens(desk, "/admin/users/import").await;
        self.looks_at("import").await;
        let rows = "email,display_name\nerin@example.org,Erin\nnot an address,Nobody\n";
        self.uploads("refused.csv", rows).await;
        let said = desk.text("main").await;
        assert!(said.contains("1 row cannot be used"), "{said}");
        self.looks_at("import-refused").await;
        let import = desk.path().await;
        desk.submit(&format!("{import}/discard"), &[]).await;

        let rows = "email,display_name,email_verified\nerin@example.org,=1+1,true\n\
            finn@example.org,Finn,true\ndana@example.org,Dana,true\n";
        self.uploads("team.csv", rows).await;
        self.looks_at("import-report").await;
        self.confirms("2 accounts were made").await;
        self.looks_at("import-done").await;
    }

    /// Selects three accounts, reviews the preview, and signs them out or disables them together.
    async fn acts_on_many(&self) {
        let (desk, phone) = (&self.desk, &self.phone);
        self.opens(desk, "/admin/users").await;
        for person in ["dana", "erin", "warden"] {
            desk.tick_beside(&format!("{person}@example.org")).await;
        }
        self.looks_at("users-picked").await;
        desk.submit_form("form.picking", &[("act", "disable")])
            .await;
        desk.assert_at("/admin/users/bulk").await;
        self.looks_at("bulk").await;
        let people = desk.texts("form.bulk, .people").await.join("\n");
        assert!(people.contains(GUEST), "{people}");
        let left_out = desk.text(".left-out").await;
        assert!(left_out.contains(ADMIN), "{left_out}");
        let reason = [("reason", "The project has ended")];
        desk.submit("/admin/users/bulk", &reason).await;
        desk.assert_at("/admin/users").await;
        let said = desk.text("[role=status]").await;
        assert!(said.contains('2'), "{said}");
        self.opens(phone, "/account").await;
        phone.assert_at("/login").await;
        self.waits_for_mail("erin@example.org", "was disabled")
            .await;
    }

    /// Imports a file by mistake, and undoes the import.
    async fn takes_an_import_back(&self) {
        let desk = &self.desk;
        let rows = "{\"email\": \"gale@example.org\"}\n";
        self.uploads("mistake.jsonl", rows).await;
        self.confirms("1 account was made").await;
        let import = desk.path().await;
        desk.follow(&format!("a[href=\"{import}/undo\"]")).await;
        self.looks_at("undo").await;
        let fields = [("confirm_count", "1"), ("reason", "The wrong file")];
        desk.submit(&format!("{import}/undo"), &fields).await;
        desk.assert_at(&import).await;
        self.looks_at("undone").await;
        self.opens(desk, "/admin/users?q=gale").await;
        assert!(desk.text("main").await.contains("No one matches"));
    }

    /// Finds the acts and their reasons in the audit log.
    async fn reads_the_log(&self) {
        let desk = &self.desk;
        self.opens(desk, "/admin/audit").await;
        let log = desk.text("main").await;
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
        desk.submit_form(search, &fields).await;
        let found = desk.texts(".log > li").await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("The phone was stolen"), "{found:?}");
        desk.click(".log details summary").await;
        self.looks_at("audit-found").await;
    }

    async fn uploads(&self, name: &str, rows: &str) {
        let path = self.folder.path().join(name);
        fs::write(&path, rows).expect("our own folder");
        self.opens(&self.desk, "/admin/users/import").await;
        let path = path.to_str().expect("a plain path");
        self.desk
            .submit("/admin/users/import", &[("file", path)])
            .await;
    }

    /// Confirms the open import, and waits while the page reloads itself.
    async fn confirms(&self, done: &str) {
        let import = self.desk.path().await;
        self.desk.submit(&format!("{import}/confirm"), &[]).await;
        self.desk.reads("main", done).await;
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
            self.desk.resize(width, 1100).await;
            let overflow = self.desk.run(OVERFLOW, vec![]).await;
            assert_eq!(overflow, 0, "{what} is wider than {width} pixels");
            self.desk.screenshot(&format!("{what}-{width}")).await;
        }
    }

    async fn opens(&self, browser: &Browser, path: &str) {
        browser.open(&self.server.url(path)).await;
    }
}
