//! Lists against the plain definition: all rows that match, sorted whole.

use super::evaluate::{Part, evaluate};
use super::request::ListRequest;
use model::access::{Scope, Selection};
use model::columns::{Access, Row, Snapshot};
use model::fleet::{ClusterState, LastEvidence};
use model::ids::ClusterId;
use model::rows::{Cell, PodPhase, PodRow, RowMeta};
use model::wire::resource::ResourceList;
use proptest::prelude::*;
use std::cmp::Ordering;
use std::sync::Arc;

const NOW: i64 = 2_000_000;

fn pod(number: usize, shape: u32) -> PodRow {
    let name = match shape % 5 {
        0 => format!("web-{number:05}"),
        1 => format!("a-very-long-deployment-name-{}-{number:05}", shape % 7),
        2 => format!("w{number}"),
        3 => format!("ledger-{}-{number:05}", shape % 3),
        _ => format!("Ünï-{number:05}"),
    };
    PodRow {
        meta: RowMeta {
            uid: format!("00000000-0000-4000-8000-{number:012x}").into(),
            namespace: Some(format!("ns{}", shape % 3).into()),
            name: name.into(),
            created_at: NOW - i64::from(shape % 11),
            labels: Arc::new([("app", if shape.is_multiple_of(2) { "a" } else { "b" })].into_iter().collect()),
        },
        phase: PodPhase::ALL[shape as usize % PodPhase::ALL.len()],
        status: ["Running", "Error", "Completed"][shape as usize % 3].into(),
        containers_ready: (shape % 3) as u16,
        containers: (shape % 4) as u16,
        restarts: shape % 4,
        node: (!shape.is_multiple_of(3)).then(|| format!("node-{}", shape % 6).into()),
        ip: None,
        owner: None,
        requests: Arc::default(),
        requests_non_zero: Arc::default(),
        images: if shape.is_multiple_of(2) { Arc::from([]) } else { Arc::from([Arc::from("nginx:1")]) },
        terminating: false,
        gated: false,
        ready: true,
        ready_at: None,
        host_ports: vec![],
    }
}

struct World(Vec<(ClusterId, String, Vec<Arc<Snapshot>>)>);

impl World {
    fn new(shapes: &[u32]) -> Self {
        let cluster = |number: usize| {
            let own = shapes.iter().enumerate().filter(|(at, _)| at % 3 == number);
            let rows = Arc::new(Snapshot::of(own.map(|(at, shape)| pod(at, *shape))));
            (ClusterId::new(format!("id{number}")), format!("c{number}"), vec![rows])
        };
        Self((0..3).map(cluster).collect())
    }

    fn list(&self, request: &ListRequest, scope: &Scope) -> ResourceList {
        let parts: Vec<Part<'_>> = self
            .0
            .iter()
            .map(|(id, name, rows)| Part {
                id,
                name,
                state: ClusterState::Online,
                evidence: LastEvidence { at_ms: Some(NOW * 1000), ..LastEvidence::default() },
                not_allowed: false,
                counted: None,
                rows,
            })
            .collect();
        evaluate(&request.check().unwrap(), scope, &parts, 1, NOW * 1000).unwrap()
    }

    /// Every uid in the order asked for.
    fn sorted(&self, sort: &[(&str, bool)]) -> Vec<String> {
        let spec = model::kinds::MirroredKind::Pod.spec();
        let mut rows: Vec<(&str, Row<'_>)> =
            self.0.iter().flat_map(|(_, name, parts)| parts[0].rows().map(move |row| (name.as_str(), row))).collect();
        let cell = |(cluster, row): &(&str, Row<'_>), access: Access| -> Cell<'static> {
            let cell = if access == Access::Cluster { Cell::Text(cluster) } else { row.cell(access) };
            owned(&cell)
        };
        let ties = [("cluster", false), ("namespace", false), ("name", false), ("uid", false)];
        let keys: Vec<(Access, bool)> =
            sort.iter().chain(&ties).map(|(name, down)| (spec.column(name).unwrap().at, *down)).collect();
        rows.sort_by(|a, b| {
            keys.iter().fold(Ordering::Equal, |order, (access, descending)| {
                order.then_with(|| match (cell(a, *access), cell(b, *access)) {
                    (Cell::None, Cell::None) => Ordering::Equal,
                    (Cell::None, _) => Ordering::Greater,
                    (_, Cell::None) => Ordering::Less,
                    (a, b) if *descending => b.compare(&a),
                    (a, b) => a.compare(&b),
                })
            })
        });
        rows.iter().map(|(_, row)| row.uid()).collect()
    }
}

fn owned(cell: &Cell<'_>) -> Cell<'static> {
    match cell {
        Cell::Text(text) => Cell::Owned((*text).to_owned()),
        Cell::Owned(text) => Cell::Owned(text.clone()),
        Cell::Number(n) => Cell::Number(*n),
        Cell::Milli(n) => Cell::Milli(*n),
        Cell::Bytes(n) => Cell::Bytes(*n),
        Cell::Time(n) => Cell::Time(*n),
        Cell::Bool(b) => Cell::Bool(*b),
        Cell::Ratio(a, b) => Cell::Ratio(*a, *b),
        Cell::List(items) => Cell::Owned(items.join(",")),
        Cell::Labels(_) | Cell::None => Cell::None,
    }
}

const COLUMNS: [&str; 10] =
    ["name", "namespace", "cluster", "restarts", "createdAt", "node", "ready", "status", "images", "phase"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pages_are_cut_from_the_whole_order(
        shapes in prop::collection::vec(0..1000u32, 0..900),
        keys in prop::collection::vec((0..COLUMNS.len(), any::<bool>()), 0..3),
        limit in 1..150usize,
    ) {
        let world = World::new(&shapes);
        let sort: Vec<(&str, bool)> = keys.iter().map(|(at, down)| (COLUMNS[*at], *down)).collect();
        let text: Vec<String> = sort.iter().map(|(name, down)| format!("{}{name}", if *down { "-" } else { "" })).collect();
        let mut request = ListRequest { kind: "pods".into(), sort: text.join(","), limit, ..ListRequest::default() };
        let mut seen = Vec::new();
        loop {
            let page = world.list(&request, &Scope::ALL);
            prop_assert_eq!(page.total, shapes.len() as u64);
            prop_assert!(page.rows.len() <= limit);
            seen.extend(page.rows.into_iter().map(|row| row.uid));
            match page.next {
                Some(next) => request.cursor = Some(next),
                None => break,
            }
        }
        prop_assert_eq!(seen, world.sorted(&sort));
    }

    #[test]
    fn a_page_begins_at_any_offset(
        shapes in prop::collection::vec(0..1000u32, 0..900),
        key in 0..COLUMNS.len(),
        offset in 0..1000usize,
        limit in 1..150usize,
    ) {
        let world = World::new(&shapes);
        let sort = COLUMNS[key].to_owned();
        let request = ListRequest { kind: "pods".into(), sort, offset, limit, ..ListRequest::default() };
        let page = world.list(&request, &Scope::ALL);
        let whole = world.sorted(&[(COLUMNS[key], false)]);
        let wanted: Vec<String> = whole.into_iter().skip(offset).take(limit).collect();
        prop_assert_eq!(page.next.is_some(), offset + limit < shapes.len());
        prop_assert_eq!(page.rows.into_iter().map(|row| row.uid).collect::<Vec<_>>(), wanted);
        prop_assert_eq!(page.total, shapes.len() as u64);
    }

    #[test]
    fn totals_and_facets_are_those_of_the_scope(shapes in prop::collection::vec(0..1000u32, 0..200)) {
        let world = World::new(&shapes);
        let scope = Scope {
            clusters: Selection::Only(vec![ClusterId::new("id0"), ClusterId::new("id2")]),
            namespaces: Selection::Only(vec!["ns1".into(), "ns2".into(), "gone".into()]),
        };
        let facets = ["cluster", "namespace", "phase", "images", "ready"].map(str::to_owned).to_vec();
        let request = ListRequest { kind: "pods".into(), namespaces: vec!["ns0".into(), "ns1".into()], facets, ..ListRequest::default() };
        let list = world.list(&request, &scope);
        let visible: Vec<PodRow> = shapes
            .iter()
            .enumerate()
            .filter(|(at, _)| at % 3 != 1)
            .map(|(at, shape)| pod(at, *shape))
            .filter(|pod| pod.meta.namespace.as_deref() == Some("ns1"))
            .collect();
        prop_assert_eq!(list.total, visible.len() as u64);
        let count = |column: usize, value: &str| {
            list.facets[column].values.iter().find(|found| found.value == value).map_or(0, |found| found.count)
        };
        prop_assert_eq!(count(0, "c1"), 0);
        prop_assert_eq!(count(1, "ns1"), visible.len() as u64);
        let running = visible.iter().filter(|pod| pod.phase == PodPhase::Running).count();
        prop_assert_eq!(count(2, "Running"), running as u64);
        prop_assert_eq!(count(3, "nginx:1"), visible.iter().filter(|pod| !pod.images.is_empty()).count() as u64);
        let ready = visible.iter().filter(|pod| (pod.containers_ready, pod.containers) == (1, 1)).count();
        prop_assert_eq!(count(4, "1/1"), ready as u64);
    }
}

#[test]
fn a_cursor_of_another_list_is_refused() {
    let world = World::new(&[1, 2, 3, 4]);
    let request = ListRequest { kind: "pods".into(), limit: 1, ..ListRequest::default() };
    let cursor = world.list(&request, &Scope::ALL).next;
    let other = ListRequest { q: "restarts:>0".into(), cursor, ..request };
    assert!(evaluate(&other.check().unwrap(), &Scope::ALL, &[], 1, NOW).is_err());
    let both = ListRequest { offset: 1, ..other };
    assert_eq!(both.check().unwrap_err().code, "bad_offset");
}
