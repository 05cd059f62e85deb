//! What the rules of "this wasn't me" say, in few words, for an account between its owner and a thief.
//!
//! Both know the first password and the first second factor. The owner's browser has been known for long and the
//! thief's is not; each reads the mailboxes of the addresses to which they moved the account, and the owner the
//! first one.

/// The owner or the thief.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Who {
    Owner,
    Thief,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    Password,
    Address,
    FactorOn,
    FactorOff,
    SignIn,
}

/// A step of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Event(Who, Act),
    /// The link of an event, by its number; the copy that went to the earlier or the new address; and with the
    /// knowledge of a party, or without a proof.
    Press {
        event: usize,
        copy: usize,
        proof: Option<Who>,
    },
}

/// A password, an address or a second factor: by whom and at which step. `None`: the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Set(pub(super) Option<(Who, usize)>);

pub(super) const FIRST: Set = Set(None);

impl Set {
    pub(super) fn is_known_to(self, who: Who) -> bool {
        self.0.is_none_or(|(by, _)| by == who)
    }

    fn is_read_by(self, who: Who) -> bool {
        self.0.map_or(Who::Owner, |(by, _)| by) == who
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) address: Set,
    /// `None`: closed.
    pub(super) password: Option<Set>,
    pub(super) factor: Option<Set>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Browser {
    Known,
    Unknown,
}

#[derive(Debug, Clone)]
pub(super) struct Event {
    act: Act,
    browser: Browser,
    pub(super) before: Account,
    after: Account,
    pub(super) used: bool,
    pub(super) ended: bool,
    undone: bool,
}

impl Event {
    /// Whether a link leaves it as it is: that of the event itself, or of an earlier one.
    fn stays(&self, is_own: bool) -> bool {
        self.browser == Browser::Known && (!is_own || self.act == Act::FactorOn)
    }

    pub(super) fn is_sign_in(&self) -> bool {
        self.act == Act::SignIn
    }
}

/// How a party comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Password,
    /// By a reset, in the mailbox of the account.
    Reset,
    None,
}

/// What a link answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Dead,
    CodeMissing,
    WrongPassword,
    Done { restored: bool },
}

#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) account: Account,
    pub(super) events: Vec<Event>,
    pub(super) frozen: bool,
    pub(super) sign_in_frozen: bool,
    /// The event whose link froze the account.
    froze: Option<usize>,
    browsers_forgotten: bool,
}

impl Model {
    pub(super) fn new(with_factor: bool) -> Self {
        Self {
            account: Account {
                address: FIRST,
                password: Some(FIRST),
                factor: with_factor.then_some(FIRST),
            },
            events: Vec::new(),
            frozen: false,
            sign_in_frozen: false,
            froze: None,
            browsers_forgotten: false,
        }
    }

    /// The addresses to which the mails of an event go.
    pub(super) fn copies(&self, number: usize) -> [Set; 2] {
        let event = &self.events[number];
        [event.before.address, event.after.address]
    }

    pub(super) fn way_in(&self, who: Who) -> Way {
        let has_factor = self.account.factor.is_none_or(|set| set.is_known_to(who));
        if self.sign_in_frozen || !has_factor {
            return Way::None;
        }
        match self.account.password {
            Some(password) if password.is_known_to(who) => Way::Password,
            _ if self.account.address.is_read_by(who) => Way::Reset,
            _ => Way::None,
        }
    }

    /// A reset by a party who comes in.
    pub(super) fn resets(&mut self, who: Who, at: usize) {
        let password = Some(Set(Some((who, at + 100))));
        let after = Account {
            password,
            ..self.account
        };
        self.note(who, Act::Password, after);
    }

    /// An act of a party who came in. Returns whether it is done, and then the number of its event.
    pub(super) fn acts(&mut self, who: Who, act: Act, at: usize) -> Option<usize> {
        let mut after = self.account;
        let set = Set(Some((who, at)));
        match act {
            Act::SignIn => {}
            Act::Password => after.password = Some(set),
            _ if self.frozen => return None,
            Act::Address => after.address = set,
            Act::FactorOn if after.factor.is_none() => after.factor = Some(set),
            Act::FactorOff if after.factor.is_some() => after.factor = None,
            Act::FactorOn | Act::FactorOff => return None,
        }
        self.note(who, act, after);
        Some(self.events.len() - 1)
    }

    fn note(&mut self, who: Who, act: Act, after: Account) {
        let browser = match who {
            Who::Owner if !self.browsers_forgotten => Browser::Known,
            _ => Browser::Unknown,
        };
        self.events.push(Event {
            act,
            browser,
            before: self.account,
            after,
            used: false,
            ended: false,
            undone: false,
        });
        self.account = after;
    }

    /// The link of an event is used, in the copy that was mailed to this address.
    pub(super) fn is_pressed(&mut self, at: usize, copy: Set, proof: Option<Who>) -> Answer {
        let event = self.events[at].clone();
        if event.ended || (proof.is_none() && event.used) {
            return Answer::Dead;
        }
        if let Some(who) = proof {
            if !event.before.factor.is_none_or(|set| set.is_known_to(who)) {
                return Answer::CodeMissing;
            }
            if !event
                .before
                .password
                .is_some_and(|set| set.is_known_to(who))
            {
                return Answer::WrongPassword;
            }
        }
        self.browsers_forgotten = true;
        self.events[at].used = true;
        let (kept, address_taken) = self.without(at);
        let was = self.account;
        if proof.is_some() {
            self.account.address = kept.address;
            self.account.factor = kept.factor;
            for (position, event) in self.events.iter_mut().enumerate().skip(at) {
                event.ended = true;
                event.undone |= !event.stays(position == at);
            }
            // What no longer stands after an address was put back does not keep people out.
            if address_taken && self.froze.is_some_and(|froze| at <= froze) {
                self.sign_in_frozen = false;
            }
        }
        if !event.used && self.froze.is_none() {
            self.frozen = true;
            self.froze = Some(at);
            self.sign_in_frozen = proof.is_none() && address_taken;
        }
        if self.account.address == copy {
            self.account.password = None;
        }
        Answer::Done {
            restored: (self.account.address, self.account.factor) != (was.address, was.factor),
        }
    }

    /// Address and factor without this event and without the later ones of unknown browsers, and whether an unknown
    /// browser set the present address.
    fn without(&self, at: usize) -> (Account, bool) {
        let mut account = self.events[at].before;
        let mut taken = false;
        let later = self.events.iter().enumerate().skip(at);
        for (position, event) in later.filter(|(_, event)| !event.undone) {
            let stays = event.stays(position == at);
            match event.act {
                Act::Address if stays => (account.address, taken) = (event.after.address, false),
                Act::Address => taken |= event.browser == Browser::Unknown,
                Act::FactorOn | Act::FactorOff if stays => account.factor = event.after.factor,
                _ => {}
            }
        }
        (account, taken)
    }

    /// The freeze is over.
    pub(super) fn thaw(&mut self) {
        (self.frozen, self.sign_in_frozen) = (false, false);
    }
}
