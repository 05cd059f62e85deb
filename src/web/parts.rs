//! The parts of the service that not every site has. Where one is missing, so are its routes and their description.

/// A part of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Passkeys,
}

/// The parts that a site has.
#[derive(Debug, Clone, Copy)]
pub struct Parts {
    /// Whether `BASE_URL` names a host, to which passkeys can belong.
    pub passkeys: bool,
}

impl Parts {
    pub const ALL: Self = Self { passkeys: true };

    /// Whether something is there that belongs to this part, or to none.
    pub(super) fn have(self, part: Option<Part>) -> bool {
        match part {
            None => true,
            Some(Part::Passkeys) => self.passkeys,
        }
    }
}
