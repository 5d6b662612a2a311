//! The append-only, chained record of every action.

use std::marker::PhantomData;

use jiff::Timestamp;

use crate::{
    AuditKey, Document, Page, PageRequest, ReadWrite, StoreError,
    dialect::{Conn, Db},
    value::{Millis, millis},
};

const LIST: &str = "audit";
const VERIFY_BATCH: i64 = 1000;

pub(crate) type Hash = [u8; 32];

/// Something that was done, or was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Who: a user's name, or the part of the program that acted by itself.
    pub actor: String,
    /// What, as `noun.verb`.
    pub action: String,
    /// To what, as `kind/name`.
    pub object: String,
    /// How it ended: `ok`, `denied`, `failed`.
    pub outcome: String,
    /// Everything else, free of secrets.
    pub detail: Document,
}

/// A record of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Position in the chain, from 1 without gaps.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub event: AuditEvent,
    /// Hash of the record before; zeros for the first.
    pub prev_hash: Hash,
    /// Hash of this record.
    pub hash: Hash,
}

/// The newest record's position and hash: kept elsewhere, it proves later that nothing was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// Position; 0 for an empty audit.
    pub seq: i64,
    /// Hash; zeros for an empty audit.
    pub hash: Hash,
}

/// What was found wrong with the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// A record is missing or out of place.
    #[error("record {expected} is missing")]
    Missing {
        /// The position that should follow.
        expected: i64,
    },
    /// A record was changed or put in.
    #[error("record {seq} was changed")]
    Changed {
        /// Its position.
        seq: i64,
    },
    /// Records at the end were cut off, or the mark of the newest record was changed.
    #[error("the chain ends at record {seq}, which is not the newest that was written")]
    Cut {
        /// The last position that is there.
        seq: i64,
    },
}

/// Which records to list.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// By this actor.
    pub actor: Option<String>,
    /// Of this action, or of all actions whose name starts so, where it ends in `.`.
    pub action: Option<String>,
    /// About this object.
    pub object: Option<String>,
    /// With this outcome.
    pub outcome: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    at: i64,
    actor: String,
    action: String,
    object: String,
    outcome: String,
    detail: Document,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
}

impl Row {
    fn event(self) -> AuditEvent {
        AuditEvent {
            actor: self.actor,
            action: self.action,
            object: self.object,
            outcome: self.outcome,
            detail: self.detail,
        }
    }
}

impl TryFrom<Row> for AuditRecord {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            seq: row.seq,
            at: Timestamp::try_from(Millis(row.at))
                .map_err(|_| StoreError::Corrupt("time of an audit record".to_owned()))?,
            prev_hash: hash(&row.prev_hash)?,
            hash: hash(&row.hash)?,
            event: row.event(),
        })
    }
}

fn hash(bytes: &[u8]) -> Result<Hash, StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt("hash of an audit record".to_owned()))
}

/// The audit.
pub struct Audit<'u, M> {
    pub(crate) conn: &'u mut Conn,
    pub(crate) key: Option<&'u AuditKey>,
    pub(crate) mode: PhantomData<M>,
}

impl<M> Audit<'_, M> {
    /// Records, newest first.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a cursor of another list.
    pub async fn list(self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditRecord>, StoreError> {
        let mut query = sqlx::QueryBuilder::<Db>::new("SELECT * FROM audit WHERE 1 = 1");
        for (column, wanted) in
            [(" AND actor = ", &filter.actor), (" AND object = ", &filter.object), (" AND outcome = ", &filter.outcome)]
        {
            if let Some(wanted) = wanted {
                query.push(column).push_bind(wanted);
            }
        }
        match &filter.action {
            Some(prefix) if prefix.ends_with('.') => {
                query.push(" AND substr(action, 1, length(").push_bind(prefix);
                query.push(")) = ").push_bind(prefix);
            }
            Some(action) => {
                query.push(" AND action = ").push_bind(action);
            }
            None => {}
        }
        if let Some(from) = millis(filter.from) {
            query.push(" AND at >= ").push_bind(from);
        }
        if let Some(to) = millis(filter.to) {
            query.push(" AND at < ").push_bind(to);
        }
        if let Some(after) = page.after_number(LIST)? {
            query.push(" AND seq < ").push_bind(after);
        }
        query.push(" ORDER BY seq DESC LIMIT ").push_bind(page.fetch());
        let rows: Vec<Row> = query.build_query_as().fetch_all(self.conn).await?;
        let records = rows.into_iter().map(AuditRecord::try_from).collect::<Result<_, _>>()?;
        Ok(Page::of(records, page, LIST, |record: &AuditRecord| record.seq.to_string()))
    }

    /// The newest record's position and hash.
    ///
    /// # Errors
    /// That of the database.
    pub async fn head(self) -> Result<AuditHead, StoreError> {
        head(self.conn).await
    }

    /// Walks the whole chain. Give the heads kept elsewhere, so that a file put back to an older
    /// state shows too. Returns the newest record, or the first fault.
    ///
    /// # Errors
    /// [`StoreError::AuditKey`] without a key; that of the database.
    pub async fn verify(self, anchors: &[AuditHead]) -> Result<Result<AuditHead, AuditFault>, StoreError> {
        let key = self.key.ok_or(StoreError::AuditKey("was not given"))?;
        let mut last = AuditHead { seq: 0, hash: [0; 32] };
        loop {
            let rows: Vec<Row> = sqlx::query_as("SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2")
                .bind(last.seq)
                .bind(VERIFY_BATCH)
                .fetch_all(&mut *self.conn)
                .await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                match check(key, &last, row) {
                    Ok(next) => last = next,
                    Err(fault) => return Ok(Err(fault)),
                }
                let moved = |anchor: &&AuditHead| anchor.seq == last.seq && anchor.hash != last.hash;
                if anchors.iter().find(moved).is_some() {
                    return Ok(Err(AuditFault::Changed { seq: last.seq }));
                }
            }
        }
        let mark: Option<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT seq, mac FROM audit_head").fetch_optional(&mut *self.conn).await?;
        let marked = match mark {
            Some((seq, mac)) => seq == last.seq && mac == key.head(last.seq, &last.hash),
            None => last.seq == 0,
        };
        // Sequence numbers before 1 are skipped by the walk.
        let stray: i64 = sqlx::query_scalar("SELECT count(*) FROM audit WHERE seq < 1").fetch_one(self.conn).await?;
        if stray > 0 {
            return Ok(Err(AuditFault::Changed { seq: 0 }));
        }
        if !marked || anchors.iter().any(|anchor| anchor.seq > last.seq) {
            return Ok(Err(AuditFault::Cut { seq: last.seq }));
        }
        Ok(Ok(last))
    }
}

impl Audit<'_, ReadWrite> {
    /// Adds a record, in the same transaction as the change it tells of.
    ///
    /// # Errors
    /// [`StoreError::AuditKey`] without a key; that of the database. The caller must not commit then.
    pub async fn append(self, event: &AuditEvent, at: Timestamp) -> Result<AuditHead, StoreError> {
        let key = self.key.ok_or(StoreError::AuditKey("was not given"))?;
        let last = head(&mut *self.conn).await?;
        let marked: Option<i64> =
            sqlx::query_scalar("SELECT seq FROM audit_head").fetch_optional(&mut *self.conn).await?;
        // Where the end was cut off, the gap stays to be seen.
        let seq = last.seq.max(marked.unwrap_or(0)) + 1;
        let at = Millis::from(at);
        let hash = key.record(&last.hash, seq, at.0, event);
        sqlx::query(
            "INSERT INTO audit (seq, at, actor, action, object, outcome, detail, prev_hash, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(seq)
        .bind(at)
        .bind(&event.actor)
        .bind(&event.action)
        .bind(&event.object)
        .bind(&event.outcome)
        .bind(&event.detail)
        .bind(last.hash.as_slice())
        .bind(hash.as_slice())
        .execute(&mut *self.conn)
        .await?;
        sqlx::query(
            "INSERT INTO audit_head (id, seq, mac) VALUES (1, $1, $2)
             ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, mac = excluded.mac",
        )
        .bind(seq)
        .bind(key.head(seq, &hash).as_slice())
        .execute(self.conn)
        .await?;
        Ok(AuditHead { seq, hash })
    }
}

async fn head(conn: &mut Conn) -> Result<AuditHead, StoreError> {
    let newest: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetch_optional(conn).await?;
    match newest {
        Some((seq, bytes)) => Ok(AuditHead { seq, hash: hash(&bytes)? }),
        None => Ok(AuditHead { seq: 0, hash: [0; 32] }),
    }
}

fn check(key: &AuditKey, last: &AuditHead, row: Row) -> Result<AuditHead, AuditFault> {
    let expected = last.seq + 1;
    if row.seq != expected {
        return Err(AuditFault::Missing { expected });
    }
    let changed = AuditFault::Changed { seq: row.seq };
    let (seq, at) = (row.seq, row.at);
    if row.prev_hash != last.hash {
        return Err(changed);
    }
    let stored = hash(&row.hash).map_err(|_| changed)?;
    if key.record(&last.hash, seq, at, &row.event()) != stored {
        return Err(changed);
    }
    Ok(AuditHead { seq, hash: stored })
}
