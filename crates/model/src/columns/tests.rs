//! The table against a plain map, the filter against each cell's text.

use super::*;
use crate::k8s::resources::Resources;
use crate::kinds::{ColumnType, MirroredKind};
use crate::labels::Labels;
use crate::query::{Place, Query};
use crate::rows::{Cell, OwnerRef, PodPhase, PodRow};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const NOW: i64 = 2_000_000;

fn pod(namespace: &str, name: &str, shape: u32) -> PodRow {
    let even = shape.is_multiple_of(2);
    let labels: Labels = [("app", name), ("shape", if even { "even" } else { "odd" })].into_iter().collect();
    let uid = match shape % 3 {
        0 => format!("00000000-0000-4000-8000-{shape:012x}"),
        1 => format!("not a uuid {shape}"),
        _ => "ffffffff-ffff-ffff-ffff-ffff00000001".to_owned(),
    };
    let amounts = |factor: i64| {
        Arc::new(Resources {
            cpu_milli: i64::from(shape) * factor,
            memory: i64::from(shape) << 33,
            ephemeral_storage: 0,
            extended: if even { BTreeMap::new() } else { BTreeMap::from([("x.io/gpu".into(), i64::from(shape))]) },
        })
    };
    PodRow {
        meta: crate::rows::RowMeta {
            uid: uid.into(),
            namespace: Some(namespace.into()),
            name: name.into(),
            created_at: NOW - i64::from(shape),
            labels: Arc::new(labels),
        },
        phase: PodPhase::ALL[shape as usize % PodPhase::ALL.len()],
        status: if even { "Running".into() } else { "CrashLoopBackOff".into() },
        containers_ready: (shape % 3) as u16,
        containers: 2,
        restarts: shape,
        node: (!even).then(|| format!("node-{}", shape % 7).into()),
        ip: match shape % 4 {
            0 => None,
            1 => Some("fd00::1".parse().unwrap()),
            _ => Some(std::net::IpAddr::V4([10, 0, 0, shape as u8].into())),
        },
        owner: even.then(|| Arc::new(OwnerRef { kind: "ReplicaSet".into(), name: "web".into() })),
        requests: amounts(1),
        requests_non_zero: amounts(2),
        images: if even { Arc::from([]) } else { Arc::from([Arc::from("nginx:1"), Arc::from("Sidecar")]) },
        terminating: even,
        gated: !even,
        ready: even,
        ready_at: even.then_some(NOW - 1),
        host_ports: if even { vec![("TCP".into(), 80), ("UDP".into(), 53)] } else { vec![] },
    }
}

const NAMES: [&str; 9] =
    ["web-7d9f-abcde", "web-7d9f-fghij", "web", "w", "db-0", "db-10", "very-long-ending-indeed", "-", "Ünïcode-ab"];

#[derive(Debug, Clone)]
enum Step {
    Set(usize, usize, u32),
    Remove(usize, usize),
    Relist(Vec<(usize, usize, u32)>),
    Tidy,
    Picture,
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let object = || (0..3usize, 0..NAMES.len(), 0..40u32);
    let step = prop_oneof![
        8 => object().prop_map(|(namespace, name, shape)| Step::Set(namespace, name, shape)),
        3 => (0..3usize, 0..NAMES.len()).prop_map(|(namespace, name)| Step::Remove(namespace, name)),
        1 => prop::collection::vec(object(), 0..12).prop_map(Step::Relist),
        1 => Just(Step::Tidy),
        1 => Just(Step::Picture),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 0..60)
}

type Truth = BTreeMap<(String, String), PodRow>;

fn key(namespace: usize, name: usize) -> (String, String) {
    (format!("ns{namespace}"), NAMES[name].to_owned())
}

fn put(table: &mut Table<PodRow>, truth: &mut Truth, (namespace, name, shape): (usize, usize, u32)) {
    let key = key(namespace, name);
    let object = pod(&key.0, &key.1, shape);
    let outcome = table.set(&object, u64::from(shape));
    let known = truth.insert(key, object.clone());
    let expected = match known {
        None => Outcome::Added,
        Some(known) if known == object => Outcome::Same,
        Some(_) => Outcome::Changed,
    };
    assert_eq!(outcome, expected);
}

fn read(rows: &Snapshot) -> Truth {
    let pod = |row: Row<'_>| PodRow::read(row.meta(), &row);
    rows.rows()
        .map(pod)
        .map(|pod| ((pod.meta.namespace.clone().unwrap().to_string(), pod.meta.name.to_string()), pod))
        .collect()
}

/// All parts there are, as after the last of several writes.
#[derive(Default)]
struct Disk {
    segments: BTreeMap<usize, Segment>,
    texts: BTreeMap<usize, Chunk<u8>>,
    lists: BTreeMap<usize, Chunk<u32>>,
}

impl Disk {
    fn write(&mut self, unsaved: Unsaved) -> Saved {
        fn apply<T: Clone>(stored: &mut BTreeMap<usize, T>, changed: Changed<T>) -> Vec<T> {
            stored.extend(changed.parts.into_iter().map(|(at, part)| (at, T::clone(&part))));
            stored.retain(|at, _| *at < changed.count);
            stored.values().cloned().collect()
        }
        Saved {
            segments: apply(&mut self.segments, unsaved.segments),
            texts: apply(&mut self.texts, unsaved.texts),
            lists: apply(&mut self.lists, unsaved.lists),
        }
    }
}

proptest! {
    #[test]
    fn a_table_is_a_map_whatever_happens_to_it(steps in steps()) {
        let (mut table, mut truth, mut disk) = (Table::<PodRow>::new(7), Truth::new(), Disk::default());
        let mut pictures = Vec::new();
        for step in steps {
            match step {
                Step::Set(namespace, name, shape) => put(&mut table, &mut truth, (namespace, name, shape)),
                Step::Remove(namespace, name) => {
                    let (namespace, name) = key(namespace, name);
                    let known = table.find(Some(&namespace), &name);
                    prop_assert_eq!(known.is_some(), truth.remove(&(namespace, name)).is_some());
                    if let Some(position) = known {
                        table.remove(position);
                    }
                }
                Step::Relist(objects) => {
                    table.begin();
                    objects.iter().for_each(|object| put(&mut table, &mut truth, *object));
                    table.unmarked().collect::<Vec<_>>().into_iter().for_each(|gone| table.remove(gone));
                    truth.retain(|known, _| objects.iter().any(|(namespace, name, _)| key(*namespace, *name) == *known));
                }
                Step::Tidy => table.tidy(),
                Step::Picture => pictures.push((table.snapshot(), truth.clone())),
                Step::Restart => table = Table::restore(8, disk.write(table.take_unsaved())).unwrap(),
            }
            prop_assert_eq!(table.len(), truth.len());
        }
        pictures.push((table.snapshot(), truth));
        for (picture, truth) in pictures {
            prop_assert_eq!(read(&picture), truth);
        }
    }

    #[test]
    fn the_filter_says_of_each_row_what_its_cells_say(
        shapes in prop::collection::vec((0..3usize, 0..NAMES.len(), 0..40u32), 1..20),
        field in 0..17usize, value in 0..14usize, operator in 0..4usize,
    ) {
        const FIELDS: [&str; 17] = ["name", "ns", "cluster", "uid", "phase", "status", "node", "ip", "owner", "image",
            "ready", "restarts", "cpu", "memory", "age", "label", ""];
        const VALUES: [&str; 14] = ["web", "7d9f", "f-ab", "-abcde", "e", "ns1", "running", "10", "10.0.0.3", "db-1",
            "ReplicaSet/web", "sidecar", "fd00::1", "ünïcode-ab"];
        let rows = Snapshot::of(shapes.iter().map(|(namespace, name, shape)| {
            let key = key(*namespace, *name);
            pod(&key.0, &key.1, *shape)
        }));
        let (field, value) = (FIELDS[field], VALUES[value]);
        let sign = ["", "!", "~", "!~"][operator];
        let text = if field.is_empty() { format!("\"{value}\"") } else { format!("{field}:{sign}\"{value}\"") };
        let Ok(query) = Query::parse(&text, MirroredKind::Pod.spec()) else { return Ok(()) };
        let place = Place { cluster: "sh", synced_at: Some(NOW), now: NOW };
        let mut filter = query.filter(&rows, place);
        for segment in rows.segments() {
            let found = filter.apply(segment, segment.live());
            for at in segment.live().iter() {
                let row = rows.row(segment, at);
                prop_assert_eq!(found.contains(at), holds(&query, place, &row), "{} on {}", &text, row.name());
            }
        }
    }
}

/// The definition: term by term, each on the text of one cell.
fn holds(query: &Query, place: Place<'_>, row: &Row<'_>) -> bool {
    use crate::query::Test;
    let any = |access: Access, test: &dyn Fn(&str) -> bool| match place.cell(row, access) {
        Cell::List(items) => items.iter().any(|item| test(&item.to_lowercase())),
        cell => cell.text().is_some_and(|text| test(&text.to_lowercase())),
    };
    query.terms().iter().all(|term| {
        let held = match &term.test {
            Test::Word(word) => {
                let own = query.kind().columns.iter().filter(|c| matches!(c.of, ColumnType::Text | ColumnType::List));
                let all = [Access::Name, Access::Namespace, Access::Cluster].into_iter().chain(own.map(|c| c.at));
                all.into_iter().any(|access| any(access, &|text| text.contains(word.as_str())))
            }
            Test::Equals { column, values } => any(column.at, &|text| values.iter().any(|value| text == value)),
            Test::Contains { column, values } => {
                any(column.at, &|text| values.iter().any(|v| text.contains(v.as_str())))
            }
            Test::Label { key, value } => {
                row.label(key).is_some_and(|is| value.as_deref().is_none_or(|wanted| is == wanted))
            }
            Test::Compare { column, number, .. } => match place.cell(row, column.at) {
                Cell::Number(n) | Cell::Milli(n) | Cell::Bytes(n) => n == *number,
                _ => false,
            },
        };
        held != term.negated
    })
}

#[test]
fn pools_give_back_what_no_row_holds() {
    let mut table = Table::<PodRow>::new(1);
    for number in 0..20_000u32 {
        let name = format!("job-run-{number:08}");
        table.set(&pod("a", &name, 0), 1);
        let position = table.find(Some("a"), &name).unwrap();
        if number.is_multiple_of(1000) {
            continue;
        }
        table.remove(position);
        if table.is_untidy() {
            table.tidy();
        }
    }
    assert_eq!(table.len(), 20);
    assert!(table.texts.len() < 3_000, "{}", table.texts.len());
    assert!(table.segments.len() <= 2);
}
