//! A phone's authenticator app, made of independent programs: zbarimg reads the QR code, oathtool
//! computes the codes.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use url::Url;

use crate::harness::run;

/// Seconds a code counts for (RFC 6238).
const STEP: u64 = 30;

pub(crate) struct Authenticator {
    /// Base32, without spaces.
    pub(crate) secret: String,
    /// Who the code is for, as the app would list it.
    pub(crate) label: String,
    /// The last step whose code was shown; each is accepted once.
    last_step: u64,
}

impl Authenticator {
    /// Scans the QR code in a picture.
    pub(crate) fn scan(picture: &Path) -> Self {
        let mut zbarimg = Command::new("zbarimg");
        zbarimg
            .args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"])
            .arg(picture);
        let found = run(&mut zbarimg);
        let uri = Url::parse(found.trim()).unwrap_or_else(|error| panic!("{found}: {error}"));
        assert_eq!(
            (uri.scheme(), uri.host_str()),
            ("otpauth", Some("totp")),
            "{uri}"
        );
        let secret = uri
            .query_pairs()
            .find(|(name, _)| name == "secret")
            .expect("a secret")
            .1
            .into_owned();
        Self {
            secret,
            label: uri.path().trim_start_matches('/').to_owned(),
            last_step: 0,
        }
    }

    /// A code that was not shown before. A server that allows one step either side takes the next
    /// step's code early, so this waits only where even that was used.
    pub(crate) async fn fresh_code(&mut self) -> String {
        let step = (now() / STEP).max(self.last_step + 1);
        while now() / STEP + 1 < step {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        self.last_step = step;
        let mut oathtool = Command::new("oathtool");
        oathtool.args([
            "--totp",
            "--base32",
            "--now",
            &format!("@{}", step * STEP),
            &self.secret,
        ]);
        run(&mut oathtool).trim().to_owned()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "an authenticator runs on the real clock"
)]
fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs()
}

/// The key and two codes of RFC 6238's appendix B, shortened to six digits.
#[test]
fn codes_are_those_of_the_standard() {
    for (time, code) in [("59", "287082"), ("1111111109", "081804")] {
        let mut oathtool = Command::new("oathtool");
        oathtool.args([
            "--totp",
            "-b",
            "-N",
            &format!("@{time}"),
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        ]);
        assert_eq!(run(&mut oathtool).trim(), code);
    }
}
