//! An act raises `revocation_id` while tokens are being rotated on two nodes: no token that was minted
//! before or during the act is accepted again.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::{join, join_all};
use serde_json::json;

use crate::api::{Answer, Pair};
use crate::cluster::{Cluster, Sql};
use crate::node::Node;
use crate::person::{PASSWORD, Person};

const ROUNDS: usize = 100;
/// Rounds that run at the same time, so that the nodes are never idle.
const AT_ONCE: usize = 5;
const NEW_PASSWORD: &str = "another evening by the quiet lake";

/// Two nodes on one database.
struct Pairing {
    nodes: [Node; 2],
    sql: Sql,
    _cluster: Cluster,
}

/// Counts of what happened in the rounds, to assert that there were races.
#[derive(Debug, Default)]
struct Seen {
    minted: Vec<Pair>,
    /// Rotations that one node granted and the other refused, because the change came between them.
    torn: usize,
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.minted.extend(other.minted);
        self.torn += other.torn;
    }
}

/// The tokens and sessions that remain valid after a change.
struct Raised {
    survivor: Option<Pair>,
    /// Sessions that have not ended.
    sessions: i64,
}

impl Pairing {
    async fn start() -> Self {
        let cluster = Cluster::start().await;
        let (one, other) = tokio::join!(Node::on(&cluster), Node::on(&cluster));
        Self {
            nodes: [one, other],
            sql: cluster.sql().await,
            _cluster: cluster,
        }
    }

    /// Runs all rounds: each user's tokens are rotated on both nodes until the change ends them.
    async fn rounds(&self, change: impl AsyncFn(&Self, &Person) -> Raised) {
        let mut seen = Seen::default();
        for batch in 0..ROUNDS / AT_ONCE {
            let numbers = (0..AT_ONCE).map(|at| batch * AT_ONCE + at);
            let rounds = join_all(numbers.map(|number| self.round(number, &change))).await;
            for round in rounds {
                seen.add(round);
            }
        }
        println!("{} pairs, {} torn rotations", seen.minted.len(), seen.torn);
        assert!(seen.torn > 0, "nothing was raced");
        let replays = "SELECT count(*) FROM audit_events WHERE event = 'refresh_token_replayed'";
        assert_eq!(self.sql.count(replays).await, 0, "no replay was detected");
    }

    async fn round(&self, number: usize, change: &impl AsyncFn(&Self, &Person) -> Raised) -> Seen {
        let [one, other] = &self.nodes;
        let person = Person::register(one, &format!("person{number}")).await;
        let elsewhere = person.sign_in(other).await.pair();
        let mut seen = Seen {
            minted: vec![person.pair.clone(), elsewhere.clone()],
            torn: 0,
        };
        let hops = Cell::new(0);
        let chains = join(
            self.rotate_on(&person.pair, &hops),
            self.rotate_on(&elsewhere, &hops),
        );
        // The change comes during a rotation, and not always the first one.
        let enough = 2 + number % 3;
        let midway = async {
            while hops.get() < enough {
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
            change(self, &person).await
        };
        let (raised, (here, there)) = join(midway, chains).await;
        seen.add(here);
        seen.add(there);
        self.assert_dead(&person, &seen.minted).await;
        let living = format!(
            "SELECT count(*) FROM sessions WHERE revoked_at IS NULL AND {}",
            person.owns()
        );
        assert_eq!(self.sql.count(&living).await, raised.sessions);
        if let Some(survivor) = raised.survivor {
            self.assert_alive(&survivor).await;
        }
        seen
    }

    /// Rotates a session on both nodes at once, repeatedly, until it is refused. Returns all pairs that it
    /// received.
    async fn rotate_on(&self, pair: &Pair, hops: &Cell<usize>) -> Seen {
        let mut seen = Seen::default();
        let mut current = pair.refresh.clone();
        loop {
            let answers = join_all(self.nodes.iter().map(|node| node.refresh(&current))).await;
            let pairs: Vec<Pair> = (answers.iter())
                .filter(|answer| answer.status == 200)
                .map(Answer::pair)
                .collect();
            let successors = || pairs.iter().map(|pair| &pair.refresh);
            assert!(successors().is_sorted_by(|a, b| a == b), "two successors");
            let refused = answers.iter().find(|answer| answer.status != 200);
            seen.minted.extend(pairs.iter().cloned());
            hops.set(hops.get() + 1);
            seen.torn += usize::from(refused.is_some() && !pairs.is_empty());
            match (refused, pairs.into_iter().next()) {
                (None, Some(next)) => current = next.refresh,
                (Some(refused), _) => {
                    assert_eq!(refused.status, 401, "{refused:?}");
                    return seen;
                }
                (None, None) => unreachable!("an answer is one or the other"),
            }
        }
    }

    async fn assert_dead(&self, person: &Person, minted: &[Pair]) {
        let before = self.rows_of(person).await;
        let nodes = || self.nodes.iter().cycle();
        let asked = minted.iter().zip(nodes()).map(async |(pair, node)| {
            assert_eq!(node.me(pair).await, 401, "of {} pairs", minted.len());
        });
        join_all(asked).await;
        // Two answers to one rotation have the same successor.
        let refresh: BTreeSet<&str> = minted.iter().map(|pair| pair.refresh.as_str()).collect();
        let asked = refresh.iter().zip(nodes()).map(async |(token, node)| {
            node.refresh(token).await.expect(401);
        });
        join_all(asked).await;
        assert_eq!(self.rows_of(person).await, before, "nothing is touched");
    }

    async fn assert_alive(&self, pair: &Pair) {
        for node in &self.nodes {
            assert_eq!(node.me(pair).await, 200);
        }
        self.nodes[1].refresh(&pair.refresh).await.expect(200);
    }

    async fn rows_of(&self, person: &Person) -> Vec<Vec<String>> {
        let rows = format!(
            "SELECT s::text FROM sessions s WHERE {owns}
             UNION ALL SELECT u::text FROM users u WHERE email = '{email}'
             UNION ALL SELECT event FROM audit_events
                 WHERE subject_id = (SELECT id FROM users WHERE email = '{email}')
             ORDER BY 1",
            owns = person.owns(),
            email = person.email,
        );
        self.sql.rows(&rows).await
    }
}

#[tokio::test]
async fn a_password_change_keeps_only_its_own_token_pair() {
    let pairing = Pairing::start().await;
    let change = async |pairing: &Pairing, person: &Person| {
        let [one, other] = &pairing.nodes;
        let input = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
        let changed = one.post_as(&person.pair, "/change-password", &input);
        // Sign-ins with the old password while it is being changed.
        let (changed, late) = join(changed, person.sign_in_with(other, PASSWORD)).await;
        if late.status == 200 {
            assert_eq!(other.me(&late.pair()).await, 401, "opened with the old one");
            other.refresh(&late.pair().refresh).await.expect(401);
        }
        Raised {
            survivor: Some(changed.expect(200).pair()),
            sessions: 1,
        }
    };
    pairing.rounds(change).await;
}

#[tokio::test]
async fn signing_out_everywhere_revokes_every_token() {
    let pairing = Pairing::start().await;
    let change = async |pairing: &Pairing, person: &Person| {
        let [one, _] = &pairing.nodes;
        let left = one.post_as(&person.pair, "/logout-all", &json!({})).await;
        left.expect(204);
        Raised {
            survivor: None,
            sessions: 0,
        }
    };
    pairing.rounds(change).await;
}

/// Disables as an admin's act does, except that the sessions are left as they are: `rev` alone must revoke
/// the tokens, even after the account is enabled again.
#[tokio::test]
async fn disabling_revokes_every_token_for_good() {
    let pairing = Pairing::start().await;
    let change = async |pairing: &Pairing, person: &Person| {
        let email = &person.email;
        let set = |what: &str| format!("UPDATE users SET {what} WHERE email = '{email}'");
        let disable = set("disabled_at = now(), revocation_id = revocation_id + 1");
        pairing.sql.run(&disable).await;
        person
            .sign_in_with(&pairing.nodes[1], PASSWORD)
            .await
            .expect(401);
        pairing.sql.run(&set("disabled_at = NULL")).await;
        Raised {
            survivor: None,
            sessions: 2,
        }
    };
    pairing.rounds(change).await;
}
