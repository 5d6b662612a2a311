//! Answers a list from columns in memory: filter, facets, order, page.

use super::cursor;
use super::facets::Counts;
use super::order::Order;
use super::request::Checked;
use super::row::wire_row;
use super::select::{Candidate, Selection};
use model::access::{Scope, Selection as Seen};
use model::columns::{Mask, Segment, Snapshot};
use model::fleet::{ClusterState, LastEvidence};
use model::ids::ClusterId;
use model::query::Place;
use model::wire::problem::Problem;
use model::wire::resource::{ClusterAge, ResourceList};
use std::sync::Arc;

/// Past this age a cluster's rows are the last known, not the present.
pub const HARD_STALENESS_SECONDS: f64 = 10.0;

/// One cluster's rows of one kind at one moment.
pub struct Part<'a> {
    pub id: &'a ClusterId,
    pub name: &'a str,
    pub state: ClusterState,
    pub evidence: LastEvidence,
    pub not_allowed: bool,
    pub counted: Option<u64>,
    pub rows: &'a [Arc<Snapshot>],
}

/// One picture with what the list knows of its cluster.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub rows: &'a Snapshot,
    pub place: Place<'a>,
    pub evidence_ms: Option<i64>,
}

/// The page that `list` asks for, within `scope`. `parts` are in order of their names.
///
/// # Errors
/// 400 for a cursor of another list.
pub fn evaluate(
    list: &Checked,
    scope: &Scope,
    parts: &[Part<'_>],
    revision: u64,
    now_ms: i64,
) -> Result<ResourceList, Problem> {
    let parts: Vec<&Part<'_>> = parts.iter().filter(|part| wanted(list, scope, part)).collect();
    let after = list.cursor.as_deref().map(|text| cursor::decode(&list.fingerprint, text)).transpose()?;
    let sources = sources(&parts, now_ms);
    let order = Order::new(&list.sort, &sources);
    let mut selection = Selection::new(&order, list.offset, list.limit, after.as_ref());
    let mut counts = Counts::new(&list.facets);
    let mut total = 0;
    for (number, source) in sources.iter().enumerate() {
        let namespaces = Namespaces::of(list, scope, source.rows);
        let mut filter = list.query.filter(source.rows, source.place);
        let mut keys = order.keys(source);
        for (at, segment) in source.rows.segments().iter().enumerate() {
            let rows = filter.apply(segment, namespaces.within(segment));
            if rows.is_empty() {
                continue;
            }
            total += rows.len() as u64;
            counts.add(source, segment, rows);
            keys.offer(segment, rows, &mut selection, |row| Candidate::new(number, at, row));
        }
        counts.close(source);
    }
    let (page, more) = selection.finish();
    let rows = page.iter().map(|found| wire_row(&order.source(found), &order.row(found), list)).collect();
    let next = page.last().filter(|_| more).map(|last| cursor::encode(&list.fingerprint, order.position(last)));
    Ok(ResourceList {
        kind: list.kind.spec().plural.to_string(),
        total,
        rows,
        clusters: parts.iter().map(|part| age(part, now_ms)).collect(),
        revision,
        next,
        facets: counts.finish(),
    })
}

fn sources<'a>(parts: &[&'a Part<'a>], now_ms: i64) -> Vec<Source<'a>> {
    let now = now_ms.div_euclid(1000);
    parts
        .iter()
        .flat_map(|part| {
            let synced_at = part.evidence.at_ms.map(|ms| ms.div_euclid(1000));
            let place = Place { cluster: part.name, synced_at, now };
            part.rows.iter().map(move |rows| Source { rows, place, evidence_ms: part.evidence.at_ms })
        })
        .collect()
}

fn wanted(list: &Checked, scope: &Scope, part: &Part<'_>) -> bool {
    scope.sees_cluster(part.id)
        && (list.clusters.is_empty() || list.clusters.iter().any(|name| name == part.name))
        && !list.query.excludes_cluster(part.name)
}

/// The namespaces that are asked for and may be seen, by their numbers in one picture.
enum Namespaces {
    All,
    /// Objects without a namespace belong to their cluster: they are seen with it, unless namespaces are asked for.
    Only {
        ids: Vec<u32>,
        cluster_scoped: bool,
    },
}

impl Namespaces {
    fn of(list: &Checked, scope: &Scope, rows: &Snapshot) -> Self {
        if list.namespaces.is_empty() && scope.namespaces == Seen::All {
            return Self::All;
        }
        let asked =
            |namespace: &str| list.namespaces.is_empty() || list.namespaces.iter().any(|wanted| wanted == namespace);
        let ids = rows.namespaces_where(|namespace| asked(namespace) && scope.sees_namespace(Some(namespace)));
        Self::Only { ids, cluster_scoped: list.namespaces.is_empty() }
    }

    fn within(&self, segment: &Segment) -> Mask {
        let (live, namespaces) = (segment.live(), segment.namespaces());
        match self {
            Self::All => live,
            Self::Only { ids, cluster_scoped: false } if ids.is_empty() => Mask::default(),
            Self::Only { ids, cluster_scoped } => {
                live.filter(|at| if namespaces[at] == 0 { *cluster_scoped } else { ids.contains(&namespaces[at]) })
            }
        }
    }
}

fn age(part: &Part<'_>, now_ms: i64) -> ClusterAge {
    let age = part.evidence.age(now_ms);
    ClusterAge {
        name: part.name.to_string(),
        state: part.state,
        age,
        reachability: part.evidence.reachability(now_ms),
        apply_lag: part.evidence.apply_lag(now_ms),
        stale: !part.not_allowed && age.is_none_or(|age| age > HARD_STALENESS_SECONDS),
        synced_at: part.evidence.at_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()),
        not_allowed: part.not_allowed,
        counted: part.counted,
    }
}
