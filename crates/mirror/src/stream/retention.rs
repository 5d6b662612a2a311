//! How long rows stay that outlive their object.

use super::kept::Kept;
use crate::settings::Retention;
use model::columns::Table;
use std::cmp::Reverse;

/// Once there are too many, so many parts of a hundred more go than must, so that it does not happen every second.
const SLACK: usize = 10;

/// The rows to go now: those older than the retention, and the oldest where all take too much room.
pub(super) fn expired<R: Kept>(table: &Table<R>, retention: &Retention, now: i64) -> Vec<u32> {
    let oldest = now - retention.age.as_secs() as i64;
    let seen = |position: u32| R::outlives_its_object(&table.row(position)).unwrap_or(now);
    if table.bytes() <= retention.bytes {
        return table.positions().filter(|position| seen(*position) < oldest).collect();
    }
    let mut all: Vec<(i64, u32)> = table.positions().map(|position| (seen(position), position)).collect();
    let room = retention.bytes - retention.bytes * SLACK / 100;
    let kept = all.len() * room / table.bytes();
    all.sort_unstable_by_key(|(seen, _)| Reverse(*seen));
    let young = all.iter().position(|(seen, _)| *seen < oldest).unwrap_or(all.len());
    all.split_off(kept.min(young)).into_iter().map(|(_, position)| position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::rows::{EventRow, RowMeta};
    use std::time::Duration;

    fn table(last_seen: &[i64]) -> Table<EventRow> {
        let mut table = Table::new(0);
        for (at, last_seen) in last_seen.iter().enumerate() {
            let name = format!("event-{at:08}");
            let meta = RowMeta {
                uid: name.as_str().into(),
                namespace: Some("a".into()),
                name: name.into(),
                created_at: *last_seen,
                labels: Default::default(),
            };
            let (severity, reason, source) = ("Normal".into(), "Started".into(), "kubelet".into());
            let message = "".into();
            let event =
                EventRow { meta, severity, reason, object: None, message, count: 1, source, last_seen: *last_seen };
            table.set(&event, 0);
        }
        table
    }

    fn left(last_seen: &[i64], bytes: usize) -> Vec<i64> {
        let mut table = table(last_seen);
        let retention = Retention { age: Duration::from_secs(100), bytes };
        expired(&table, &retention, 1_000).into_iter().for_each(|position| table.remove(position));
        let mut left: Vec<i64> =
            table.positions().map(|position| EventRow::last_seen_of(&table.row(position))).collect();
        left.sort_unstable();
        left
    }

    #[test]
    fn the_old_go_and_the_oldest_where_there_is_no_room() {
        assert_eq!(left(&[880, 899, 900, 950], usize::MAX), [900, 950]);
        let many: Vec<i64> = (900..1_000).collect();
        let all = table(&many).bytes();
        assert_eq!(left(&many, all), many);
        assert_eq!(left(&many, all / 2), many[55..]);
        assert_eq!(left(&[100; 40], 100), [0; 0]);
    }
}
