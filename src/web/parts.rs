//! The parts of the service that not every site has. Where one is missing, so are its routes and their description.

/// A part of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Passkeys,
    Phones,
}

/// The parts that a site has.
#[derive(Debug, Clone, Copy)]
pub struct Parts {
    /// Whether `BASE_URL` names a host, to which passkeys can belong.
    pub passkeys: bool,
    /// Whether a gateway sends messages to phones.
    pub phones: bool,
}

impl Parts {
    pub const ALL: Self = Self {
        passkeys: true,
        phones: true,
    };

    /// Whether something is there that belongs to this part, or to none.
    pub(super) fn have(self, part: Option<Part>) -> bool {
        match part {
            None => true,
            Some(Part::Passkeys) => self.passkeys,
            Some(Part::Phones) => self.phones,
        }
    }

    /// Whether a pending sign-in can be completed in this way.
    pub(super) fn have_method(self, method: &str) -> bool {
        match method {
            "passkey" => self.passkeys,
            "phone" => self.phones,
            _ => true,
        }
    }

    /// Whether a page is there.
    pub(super) fn have_page(self, path: &str) -> bool {
        self.have(Part::of_page(path))
    }
}

impl Part {
    /// The part that a page belongs to, if not every site has it.
    fn of_page(path: &str) -> Option<Self> {
        path.split('/').find_map(|segment| match segment {
            "passkey" | "passkeys" | "passkey-endpoints" | "webauthn" => Some(Self::Passkeys),
            "phone" => Some(Self::Phones),
            _ => None,
        })
    }
}
