//! An authenticator app made of independent programs: zbarimg reads the QR code, oathtool computes the
//! codes.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use url::Url;

use crate::harness::run;

/// Seconds for which a code is valid (RFC 6238).
const STEP: u64 = 30;

pub(crate) struct Authenticator {
    /// Base32, without spaces.
    pub(crate) secret: String,
    /// The account name that the app would list.
    pub(crate) label: String,
    /// The last step whose code was used; each is accepted once.
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

    /// A code that was not used before. The server accepts the next step's code early, so this waits only
    /// if that one was used, too.
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
fn codes_match_the_test_vectors_of_the_rfc() {
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
