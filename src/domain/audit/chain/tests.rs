//! The hashed bytes must stay the same as long as there are logs, so these vectors must not change.

use data_encoding::HEXLOWER;

use super::*;
use crate::domain::secrets::secret::Key;

fn event() -> StoredEvent {
    StoredEvent {
        seq: 7,
        at: 1_772_546_700_123_456,
        event: "signed_in".to_owned(),
        level: "info".to_owned(),
        actor_id: Some(Uuid::from_u128(1)),
        subject_id: Some(Uuid::from_u128(2)),
        subject_hash: None,
        session_id: Some(Uuid::from_u128(3)),
        ip: Some("127.0.0.1/32".to_owned()),
        user_agent: Some("Firefox".to_owned()),
        detail: r#"{"methods": ["pwd"]}"#.to_owned(),
    }
}

fn ring(id: &str, byte: u8, others: Vec<(String, Key)>) -> SealingRing {
    SealingRing::new((id.to_owned(), Key::new([byte; 32])), others)
}

#[test]
fn the_bytes_of_an_event_are_fixed() {
    assert_eq!(
        HEXLOWER.encode(&event().canonical_bytes()),
        "01000000000000000700064c1f30689d4001".to_owned()
            + "0000000000000009"
            + &HEXLOWER.encode(b"signed_in")
            + "010000000000000004"
            + &HEXLOWER.encode(b"info")
            + "010000000000000010"
            + "00000000000000000000000000000001"
            + "010000000000000010"
            + "00000000000000000000000000000002"
            + "00"
            + "010000000000000010"
            + "00000000000000000000000000000003"
            + "01000000000000000c"
            + &HEXLOWER.encode(b"127.0.0.1/32")
            + "010000000000000007"
            + &HEXLOWER.encode(b"Firefox")
            + "010000000000000014"
            + &HEXLOWER.encode(br#"{"methods": ["pwd"]}"#)
    );
}

#[test]
fn every_field_of_an_event_counts() {
    let changes: [fn(&mut StoredEvent); 13] = [
        |e| e.seq += 1,
        |e| e.at += 1,
        |e| e.event.push('x'),
        |e| e.level = "notice".to_owned(),
        |e| e.actor_id = None,
        |e| e.subject_id = Some(Uuid::nil()),
        |e| e.subject_hash = Some(Vec::new()),
        |e| e.session_id = None,
        |e| e.ip = Some("127.0.0.1/8".to_owned()),
        |e| e.user_agent = None,
        |e| e.detail.push(' '),
        // Bytes that move from one field to its neighbour.
        |e| std::mem::swap(&mut e.actor_id, &mut e.subject_id),
        |e| e.user_agent = e.ip.replace("Firefox".to_owned()),
    ];
    for change in changes {
        let mut other = event();
        change(&mut other);
        assert_ne!(other.hash(), event().hash(), "{other:?}");
    }
}

#[test]
fn a_list_of_hashes_is_parsed_again() {
    let (one, mut two) = (event(), event());
    two.seq = 9;
    let list = row_hashes(&[one.clone(), two.clone()]);
    let read: Vec<_> = entries(&list).collect();
    assert_eq!(read, [(7, one.hash()), (9, two.hash())]);
    assert_eq!(entries(&list[..79]).count(), 1);
}

#[test]
fn every_field_of_a_seal_counts() {
    let ring = ring("k1", 1, vec![]);
    let list = row_hashes(&[event()]);
    let seal = Head::NONE.next(5, 8, &list, &ring).seal(&ring).unwrap();
    assert_eq!(seal.is_genuine(&ring), Some(true));
    assert_eq!((seal.says.number, seal.says.events), (1, 1));
    let changes: [fn(&mut Seal); 9] = [
        |s| s.says.number += 1,
        |s| s.says.sealed_at += 1,
        |s| s.says.after_seq -= 1,
        |s| s.says.last_seq += 1,
        |s| s.says.events += 1,
        |s| s.says.digest[0] ^= 1,
        |s| s.says.purged_through = Some(1),
        |s| s.says.previous[31] ^= 1,
        |s| s.mac[0] ^= 1,
    ];
    for change in changes {
        let mut other = seal.clone();
        change(&mut other);
        assert_eq!(other.is_genuine(&ring), Some(false), "{other:?}");
        assert_ne!(other.link(), seal.link());
    }
}

#[test]
fn a_seal_needs_the_key_that_it_names() {
    let old = ring("k1", 1, vec![]);
    let new = ring("k2", 2, vec![]);
    let both = ring("k2", 2, vec![("k1".to_owned(), Key::new([1; 32]))]);
    let seal = Head::NONE.next(5, 8, b"", &old).seal(&old).unwrap();
    assert_eq!(seal.is_genuine(&both), Some(true));
    assert_eq!(seal.is_genuine(&new), None);
    let mut renamed = seal.clone();
    renamed.says.key_id = "k2".to_owned();
    assert_eq!(renamed.is_genuine(&both), Some(false));
    let next = seal.head().next(6, 9, b"", &new).seal(&new).unwrap();
    assert_eq!(next.says.previous, seal.link());
    assert_eq!((next.says.number, next.says.after_seq), (2, 8));
}
