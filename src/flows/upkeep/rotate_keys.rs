//! Sealing every stored secret again, with the first key of the ring.
//!
//! It runs beside serving nodes, and may be killed at any moment: a batch is a transaction, and a value is
//! replaced only if it is still the one that was read. A second run continues where the first one stopped.

use uuid::Uuid;

use crate::{
    db::{
        self,
        upkeep::sealed::{Resealed, SealedColumn, SealedRow},
    },
    domain::{
        audit::{Client, Event, Subject},
        secrets::sealing::SealError,
    },
    flows::{
        FlowError, Result, Services,
        audit::{record::record_anonymous, seals},
    },
};

/// Values in a batch: few enough that no lock lasts long.
const BATCH: i64 = 100;
/// How often a column is read: nodes may seal with another key in the meantime.
const PASSES: usize = 5;

/// What was done, and what is still needed.
#[derive(Debug, Clone)]
pub struct Report {
    /// The id of the ring's first key.
    pub key: String,
    pub columns: Vec<ColumnReport>,
    /// Every key that is in the ring or still needed, in the order of the ring.
    pub keys: Vec<KeyUse>,
}

/// The result for one column.
#[derive(Debug, Clone)]
pub struct ColumnReport {
    pub column: SealedColumn,
    /// Values that were sealed again.
    pub resealed: usize,
    /// Rows whose value cannot be unsealed, with the reason.
    pub unopened: Vec<(Uuid, SealError)>,
}

/// The values that still need a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    pub key_id: String,
    /// Whether the ring has it.
    pub in_ring: bool,
    /// Sealed values.
    pub sealed: i64,
    /// Unused backup codes. These are MACs, which cannot be made again without the codes.
    pub backup_codes: i64,
}

impl Report {
    /// Whether every sealed value is sealed with the first key.
    pub fn is_complete(&self) -> bool {
        let unopened = self.columns.iter().any(|one| !one.unopened.is_empty());
        let others = self.keys.iter().filter(|key| key.key_id != self.key);
        !unopened && others.map(|key| key.sealed).sum::<i64>() == 0
    }
}

/// Seals all values again that are sealed with another key than the first.
pub async fn rotate(s: &Services) -> Result<Report> {
    let mut columns = Vec::new();
    for column in SealedColumn::ALL {
        columns.push(reseal_column(s, column).await?);
    }
    // With this seal, the audit log does not need an older key.
    seals::hand_over(s).await?;
    Ok(Report {
        key: s.ring.current_id().to_owned(),
        columns,
        keys: uses(s).await?,
    })
}

async fn reseal_column(s: &Services, column: SealedColumn) -> Result<ColumnReport> {
    let mut report = ColumnReport {
        column,
        resealed: 0,
        unopened: Vec::new(),
    };
    for _ in 0..PASSES {
        report.unopened.clear();
        let openable = pass(s, &mut report).await?;
        if openable == 0 {
            break;
        }
    }
    Ok(report)
}

/// Reads a column once. Returns the number of values that could be unsealed.
async fn pass(s: &Services, report: &mut ColumnReport) -> Result<usize> {
    let (header, column) = (s.ring.header()?, report.column);
    let mut openable = 0;
    let mut last = Uuid::nil();
    loop {
        // A new connection for each batch: requests of a node in the same process get their turn.
        let conn = s.db.background().await?;
        let found = db::upkeep::sealed::others_after(&conn, column, &header, last, BATCH).await?;
        drop(conn);
        let Some(end) = found.last() else {
            return Ok(openable);
        };
        last = end.id;
        let batch = sealed_again(s, column, found, &mut report.unopened);
        openable += batch.len();
        report.resealed += write(s, column, &batch).await?;
    }
}

fn sealed_again(
    s: &Services,
    column: SealedColumn,
    found: Vec<SealedRow>,
    unopened: &mut Vec<(Uuid, SealError)>,
) -> Vec<Resealed> {
    let mut batch = Vec::with_capacity(found.len());
    for from in found {
        let place = column.place(from.id);
        match s.ring.reseal(s.random.as_ref(), place, &from.sealed) {
            Ok(to) => batch.push(Resealed { from, to }),
            Err(why) => unopened.push((from.id, why)),
        }
    }
    batch
}

/// Writes a batch with its audit event. Returns how many values were still as they had been read.
async fn write(s: &Services, column: SealedColumn, batch: &[Resealed]) -> Result<usize> {
    if batch.is_empty() {
        return Ok(0);
    }
    let mut conn = s.db.background().await?;
    db::transaction(&mut conn, async |tx| {
        let rows = db::upkeep::sealed::replace(tx, column, batch).await?;
        if rows > 0 {
            let event = Event::SecretsResealed {
                table: column.table,
                rows,
            };
            let client = Client::command("vestibule keys rotate");
            record_anonymous(s, tx, event, Subject::Service, &client).await?;
        }
        Ok::<_, FlowError>(rows)
    })
    .await
}

/// The uses of each key.
async fn uses(s: &Services) -> Result<Vec<KeyUse>> {
    let mut keys: Vec<KeyUse> = s.ring.ids().map(|id| KeyUse::unused(id, true)).collect();
    let conn = s.db.background().await?;
    for column in SealedColumn::ALL {
        for count in db::upkeep::sealed::count_by_key(&conn, column).await? {
            entry(&mut keys, &count.key_id).sealed += count.values;
        }
    }
    for (key_id, codes) in db::authenticators::backup_codes::unused_by_key(&conn).await? {
        entry(&mut keys, &key_id).backup_codes += codes;
    }
    Ok(keys)
}

impl KeyUse {
    fn unused(id: &str, in_ring: bool) -> Self {
        Self {
            key_id: id.to_owned(),
            in_ring,
            sealed: 0,
            backup_codes: 0,
        }
    }
}

fn entry<'a>(keys: &'a mut Vec<KeyUse>, id: &str) -> &'a mut KeyUse {
    let known = keys.iter().position(|key| key.key_id == id);
    let at = known.unwrap_or_else(|| {
        keys.push(KeyUse::unused(id, false));
        keys.len() - 1
    });
    &mut keys[at]
}
