//! Setting up and turning off two-step sign-in, and backup codes.

use vestibule::internals::web::copy;
use vestibule::internals::web::pages::{
    BackupCodesPage, BackupCodesReason, TwoFactorAct, TwoFactorActPage, TwoFactorPage,
    TwoFactorState,
};
use vestibule::internals::web::view::{FieldErrors, qr};

use crate::sample::{EMAIL, NAME, Rendered, fine, html, seconds_ago, signed_in, wrong};

fn two_factor(
    state: TwoFactorState,
    others: &str,
    codes_left: Option<usize>,
    errors: FieldErrors,
) -> String {
    html(&TwoFactorPage {
        shell: signed_in(NAME),
        email: EMAIL.to_owned(),
        state,
        others: others.to_owned(),
        codes_left,
        passkeys: Some(2),
        phones: true,
        errors,
    })
}

fn two_factor_act(act: TwoFactorAct) -> String {
    let others = match act {
        TwoFactorAct::RemoveApp => "passkey or phone number",
        TwoFactorAct::Disable | TwoFactorAct::ReplaceBackupCodes => "",
    };
    html(&TwoFactorActPage {
        shell: signed_in(NAME),
        act,
        codes_left: 7,
        others: others.to_owned(),
    })
}

fn off(email_verified: bool) -> String {
    two_factor(TwoFactorState::Off { email_verified }, "", None, fine())
}

pub(crate) fn pending(errors: FieldErrors) -> String {
    let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned();
    let otpauth_uri = format!("otpauth://totp/Vestibule:{EMAIL}?secret={secret}&issuer=Vestibule");
    let qr_svg = qr::svg(&otpauth_uri).unwrap();
    two_factor(
        TwoFactorState::Pending {
            qr_svg,
            secret,
            otpauth_uri,
        },
        "",
        None,
        errors,
    )
}

fn on(others: &str, codes_left: usize, errors: FieldErrors) -> String {
    let since = seconds_ago(900_000);
    two_factor(
        TwoFactorState::On { since },
        others,
        Some(codes_left),
        errors,
    )
}

pub(crate) fn backup_codes(reason: BackupCodesReason) -> String {
    let codes = (0..10)
        .map(|n| format!("7K{n}M-9QXD-2VHT-R8W{n}"))
        .collect();
    html(&BackupCodesPage {
        site: "https://auth.example.com".to_owned(),
        made_at: seconds_ago(0),
        shell: signed_in(NAME),
        email: EMAIL.to_owned(),
        codes,
        reason,
    })
}

pub(crate) fn pages() -> Vec<Rendered> {
    let overtaken = FieldErrors::of_form(copy::OVERTAKEN);
    vec![
        ("two-factor-off", off(true)),
        ("two-factor-unverified", off(false)),
        ("two-factor-pending", pending(fine())),
        (
            "two-factor-pending-wrong",
            pending(wrong("code", copy::CODE_NOT_RIGHT)),
        ),
        ("two-factor-off-passkey", {
            let state = TwoFactorState::Off {
                email_verified: true,
            };
            two_factor(state, "passkey", Some(3), fine())
        }),
        ("two-factor-on", on("", 10, fine())),
        ("two-factor-on-few", on("", 3, fine())),
        ("two-factor-on-none", on("", 0, overtaken)),
        ("two-factor-on-beside", on("passkey", 10, fine())),
        ("two-factor-disable", two_factor_act(TwoFactorAct::Disable)),
        (
            "two-factor-remove-app",
            two_factor_act(TwoFactorAct::RemoveApp),
        ),
        (
            "two-factor-backup-codes",
            two_factor_act(TwoFactorAct::ReplaceBackupCodes),
        ),
        ("backup-codes", backup_codes(BackupCodesReason::Enrolled)),
        (
            "backup-codes-fresh",
            backup_codes(BackupCodesReason::Replaced),
        ),
    ]
}
