//! The chain over the audit log: which bytes of an event and of a seal are hashed, and what a seal
//! contains. `docs/audit.md` describes the same format for checking a log with other tools.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::secrets::sealing::{SealError, SealingRing};

/// The first byte of everything that is hashed. It identifies the layouts below.
const VERSION: u8 = 1;
/// The `info` for deriving the key of the seals.
const KEY_INFO: &str = "vestibule/audit/seal";
/// The size of an entry in the list of a seal: `seq` and hash.
const ENTRY_BYTES: usize = 8 + 32;

/// SHA-256.
pub type Hash = [u8; 32];

/// An event as stored in its row, in types that preserve any stored value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    pub seq: i64,
    /// The time in microseconds since 1970. The infinities of Postgres are the ends of the range.
    pub at: i64,
    pub event: String,
    pub level: String,
    pub actor_id: Option<Uuid>,
    pub subject_id: Option<Uuid>,
    /// The hash of an unknown address.
    pub subject_hash: Option<Vec<u8>>,
    pub session_id: Option<Uuid>,
    /// The client's address as `address/prefix`.
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    /// The detail, as Postgres prints `jsonb`.
    pub detail: String,
}

impl StoredEvent {
    /// `1 | seq | at | fields`, numbers as 8 bytes, big-endian. A field is 0 where there is none, or
    /// 1, its length in 8 bytes, and its bytes: no two events have the same bytes.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.seq.to_be_bytes());
        bytes.extend(self.at.to_be_bytes());
        let mut field = |value: Option<&[u8]>| match value {
            None => bytes.push(0),
            Some(value) => {
                bytes.push(1);
                bytes.extend((value.len() as u64).to_be_bytes());
                bytes.extend(value);
            }
        };
        field(Some(self.event.as_bytes()));
        field(Some(self.level.as_bytes()));
        field(self.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
        field(self.subject_id.as_ref().map(|id| id.as_bytes().as_slice()));
        field(self.subject_hash.as_deref());
        field(self.session_id.as_ref().map(|id| id.as_bytes().as_slice()));
        field(self.ip.as_ref().map(String::as_bytes));
        field(self.user_agent.as_ref().map(String::as_bytes));
        field(Some(self.detail.as_bytes()));
        bytes
    }

    /// SHA-256 of the canonical bytes.
    pub fn hash(&self) -> Hash {
        Sha256::digest(self.canonical_bytes()).into()
    }
}

/// The list of a seal: the number and the hash of each event.
pub fn row_hashes(events: &[StoredEvent]) -> Vec<u8> {
    let mut list = Vec::with_capacity(events.len() * ENTRY_BYTES);
    for event in events {
        list.extend(event.seq.to_be_bytes());
        list.extend(event.hash());
    }
    list
}

/// The entries of such a list. Extra bytes of a damaged list are dropped.
pub fn entries(row_hashes: &[u8]) -> impl Iterator<Item = (i64, Hash)> {
    let (whole, _) = row_hashes.as_chunks::<ENTRY_BYTES>();
    whole.iter().map(|entry| {
        let (mut seq, mut hash) = ([0; 8], [0; 32]);
        seq.copy_from_slice(&entry[..8]);
        hash.copy_from_slice(&entry[8..]);
        (i64::from_be_bytes(seq), hash)
    })
}

/// The content of a seal, without its MAC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// 1 for the first, without gaps.
    pub number: i64,
    /// The time in microseconds since 1970.
    pub sealed_at: i64,
    /// It covers the events after this number,
    pub after_seq: i64,
    /// up to this one.
    pub last_seq: i64,
    pub events: i64,
    /// SHA-256 of their list.
    pub digest: Vec<u8>,
    /// The seal through which all events were purged, if any were.
    pub purged_through: Option<i64>,
    /// The link of the previous seal; zeros in the first one.
    pub previous: Vec<u8>,
    pub key_id: String,
}

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    pub says: Statement,
    /// The HMAC-SHA256 of the statement.
    pub mac: Vec<u8>,
}

/// The end of the chain, on which the next seal builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of the last seal, 0 before the first.
    pub number: i64,
    /// The last event that it covers.
    pub last_seq: i64,
    pub link: Hash,
}

impl Head {
    /// The head of an empty chain.
    pub const NONE: Self = Self {
        number: 0,
        last_seq: 0,
        link: [0; 32],
    };

    /// The next seal over a list of events, sealed with the first key; the time in microseconds since
    /// 1970.
    pub fn next(self, sealed_at: i64, last_seq: i64, list: &[u8], ring: &SealingRing) -> Statement {
        Statement {
            number: self.number + 1,
            sealed_at,
            after_seq: self.last_seq,
            last_seq,
            events: i64::try_from(list.len() / ENTRY_BYTES).unwrap_or(i64::MAX),
            digest: digest(list).to_vec(),
            purged_through: None,
            previous: self.link.to_vec(),
            key_id: ring.current_id().to_owned(),
        }
    }
}

/// SHA-256 of a list.
pub fn digest(row_hashes: &[u8]) -> Hash {
    Sha256::digest(row_hashes).into()
}

impl Statement {
    /// `1 | number | sealed_at | after_seq | last_seq | events | purge | digest | previous | key id`,
    /// where purge is 0, or 1 and a number; digest, previous and key id have their length before
    /// them, and all numbers are 8 bytes, big-endian.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for number in [
            self.number,
            self.sealed_at,
            self.after_seq,
            self.last_seq,
            self.events,
        ] {
            bytes.extend(number.to_be_bytes());
        }
        match self.purged_through {
            None => bytes.push(0),
            Some(number) => {
                bytes.push(1);
                bytes.extend(number.to_be_bytes());
            }
        }
        for part in [&self.digest, &self.previous, self.key_id.as_bytes()] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        }
        bytes
    }

    /// Seals the statement with the key that it names.
    pub fn seal(self, ring: &SealingRing) -> Result<Seal, SealError> {
        let mac = ring.mac(&self.key_id, KEY_INFO, &self.canonical_bytes())?;
        let mac = mac.to_vec();
        Ok(Seal { says: self, mac })
    }
}

impl Seal {
    /// Whether the MAC is valid; `None` if the ring lacks the key.
    pub fn is_genuine(&self, ring: &SealingRing) -> Option<bool> {
        let says = &self.says;
        let mac = ring.mac(&says.key_id, KEY_INFO, &says.canonical_bytes());
        mac.ok().map(|mac| mac.as_slice() == self.mac)
    }

    /// The `previous` of the next seal: SHA-256 of the canonical bytes and the MAC.
    pub fn link(&self) -> Hash {
        let said = Sha256::new_with_prefix(self.says.canonical_bytes());
        said.chain_update(&self.mac).finalize().into()
    }

    /// The head of a chain that ends with this seal.
    pub fn head(&self) -> Head {
        Head {
            number: self.says.number,
            last_seq: self.says.last_seq,
            link: self.link(),
        }
    }
}

#[cfg(test)]
mod tests;
