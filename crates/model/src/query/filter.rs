//! Holds whole segments of columns against a query. What depends on a text alone is worked out once for each text,
//! however many rows share it.

use super::text::{contains, contains_bytes, ends_with_beginning_of, equal};
use super::{Comparison, Query, Term, Test};
use crate::columns::{Access, Field, Mask, Row, Segment, Snapshot};
use crate::kinds::ColumnType;
use crate::rows::Cell;

/// What a list knows of the cluster whose rows are looked at; times in seconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub cluster: &'a str,
    pub synced_at: Option<i64>,
    pub now: i64,
}

impl<'a> Place<'a> {
    /// The cell of a column, whoever knows it.
    pub fn cell(&self, row: &Row<'a>, access: Access) -> Cell<'a> {
        match access {
            Access::Cluster => Cell::Text(self.cluster),
            Access::SyncedAt => self.synced_at.map_or(Cell::None, Cell::Time),
            other => row.cell(other),
        }
    }
}

/// A query made ready for the rows of one snapshot.
pub struct Filter<'a> {
    snapshot: &'a Snapshot,
    place: Place<'a>,
    terms: Vec<(bool, Vec<Probe<'a>>)>,
}

/// What is known of a number, by number.
struct Memo(Vec<u8>);

impl Memo {
    const NO: u8 = 1;
    const YES: u8 = 2;
    const PERHAPS: u8 = 3;

    fn new(numbers: usize) -> Self {
        Self(vec![0; numbers])
    }

    fn get(&mut self, number: u32, find: impl FnOnce() -> u8) -> u8 {
        match self.0.get_mut(number as usize) {
            Some(known) => {
                if *known == 0 {
                    *known = find();
                }
                *known
            }
            None => find(),
        }
    }

    fn holds(&mut self, number: u32, find: impl FnOnce() -> bool) -> bool {
        self.get(number, || if find() { Self::YES } else { Self::NO }) == Self::YES
    }
}

/// A test of a text.
#[derive(Clone, Copy)]
enum TextTest<'a> {
    Equals(&'a [String]),
    Contains(&'a [String]),
}

impl TextTest<'_> {
    fn holds(self, text: &str) -> bool {
        match self {
            Self::Equals(values) => values.iter().any(|value| equal(text, value)),
            Self::Contains(values) => values.iter().any(|value| contains(text, value)),
        }
    }
}

impl TextTest<'_> {
    /// Whether an address can hold it at all, by its letters.
    fn may_be_address(self) -> bool {
        let (Self::Equals(values) | Self::Contains(values)) = self;
        values.iter().any(|value| value.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':')))
    }
}

/// One way for a row to hold a term.
enum Probe<'a> {
    /// All rows, or none.
    Always(bool),
    Namespace(TextTest<'a>, Memo),
    Name(TextTest<'a>, Memo),
    Text(Field, TextTest<'a>, Memo),
    List(Field, TextTest<'a>, Memo),
    /// Two texts joined by a slash.
    Pair(Field, TextTest<'a>, Memo),
    /// Which words of a choice hold.
    Choice(Field, Vec<bool>),
    Label(&'a str, Option<&'a str>, Memo),
    /// An amount of a list of amounts.
    Amount(Field, Access, Comparison, i64, Memo),
    Number(Access, Comparison, i64),
    /// Whatever has a text, cell by cell.
    Cell(Access, TextTest<'a>),
}

impl Query {
    /// Whether no row of this cluster can match, so that its rows need no look.
    pub fn excludes_cluster(&self, cluster: &str) -> bool {
        self.terms.iter().any(|term| match &term.test {
            Test::Equals { column, values } if column.at == Access::Cluster => {
                values.iter().any(|value| equal(cluster, value)) == term.negated
            }
            _ => false,
        })
    }

    /// Makes the query ready for the rows of `snapshot`, which are in `place`.
    pub fn filter<'a>(&'a self, snapshot: &'a Snapshot, place: Place<'a>) -> Filter<'a> {
        let probes = |term: &'a Term| (term.negated, self.probes(term, snapshot, place));
        Filter { snapshot, place, terms: self.terms.iter().map(probes).collect() }
    }

    fn probes<'a>(&'a self, term: &'a Term, snapshot: &Snapshot, place: Place<'_>) -> Vec<Probe<'a>> {
        let text = |access, test| Probe::text(access, test, snapshot, place);
        match &term.test {
            Test::Word(word) => {
                let test = TextTest::Contains(std::slice::from_ref(word));
                let common = [Access::Name, Access::Namespace, Access::Cluster];
                let own =
                    self.kind.columns.iter().filter(|column| matches!(column.of, ColumnType::Text | ColumnType::List));
                common.into_iter().chain(own.map(|column| column.at)).map(|access| text(access, test)).collect()
            }
            Test::Equals { column, values } => vec![text(column.at, TextTest::Equals(values))],
            Test::Contains { column, values } => vec![text(column.at, TextTest::Contains(values))],
            Test::Compare { column, comparison, number } => {
                vec![Probe::number(column.at, *comparison, *number, snapshot)]
            }
            Test::Label { key, value } => vec![Probe::Label(key, value.as_deref(), Memo::new(snapshot.list_count()))],
        }
    }
}

impl<'a> Probe<'a> {
    fn text(access: Access, test: TextTest<'a>, snapshot: &Snapshot, place: Place<'_>) -> Self {
        let texts = || Memo::new(snapshot.text_count());
        let lists = || Memo::new(snapshot.list_count());
        match access {
            Access::Cluster => Self::Always(test.holds(place.cluster)),
            Access::Namespace => Self::Namespace(test, texts()),
            Access::Name => Self::Name(test, texts()),
            Access::Text(field) => Self::Text(field, test, texts()),
            Access::List(field) => Self::List(field, test, lists()),
            Access::Pair(field) => Self::Pair(field, test, lists()),
            Access::Choice(field, words) => Self::choice(field, words.iter().map(|word| test.holds(word)).collect()),
            Access::Ip(_) if !test.may_be_address() => Self::Always(false),
            other => Self::Cell(other, test),
        }
    }

    fn choice(field: Field, held: Vec<bool>) -> Self {
        if held.contains(&true) { Self::Choice(field, held) } else { Self::Always(false) }
    }

    fn number(access: Access, comparison: Comparison, number: i64, snapshot: &Snapshot) -> Self {
        match access {
            Access::Cpu(field) | Access::Memory(field) => {
                Self::Amount(field, access, comparison, number, Memo::new(snapshot.list_count()))
            }
            other => Self::Number(other, comparison, number),
        }
    }
}

impl Filter<'_> {
    /// The rows among `rows` of a segment that match.
    pub fn apply(&mut self, segment: &Segment, rows: Mask) -> Mask {
        let (snapshot, place) = (self.snapshot, self.place);
        let mut left = rows;
        for (negated, probes) in &mut self.terms {
            let mut held = Mask::default();
            for probe in probes {
                let open = left.and_not(&held);
                if open.is_empty() {
                    break;
                }
                held = held.or(&probe.apply(snapshot, place, segment, open));
            }
            left = if *negated { left.and_not(&held) } else { held };
            if left.is_empty() {
                break;
            }
        }
        left
    }
}

impl Probe<'_> {
    fn apply(&mut self, snapshot: &Snapshot, place: Place<'_>, segment: &Segment, rows: Mask) -> Mask {
        let row = |at| snapshot.row(segment, at);
        match self {
            Self::Always(true) => rows,
            Self::Always(false) => Mask::default(),
            Self::Namespace(test, memo) => {
                let ids = segment.namespaces();
                // An object without a namespace has no text there, not an empty one.
                rows.filter(|at| memo.holds(ids[at], || ids[at] != 0 && test.holds(snapshot.text(ids[at]))))
            }
            Self::Name(test, memo) => {
                let (test, stems) = (*test, segment.stems());
                rows.filter(|at| match memo.get(stems[at], || of_stem(snapshot.text(stems[at]), test)) {
                    Memo::YES => true,
                    Memo::PERHAPS => test.holds(&row(at).name()),
                    _ => segment.name_ending(at, |ending| in_ending(ending, test)).unwrap_or(false),
                })
            }
            Self::Text(field, test, memo) => {
                let ids = segment.ids(*field);
                rows.filter(|at| memo.holds(ids[at], || ids[at] != 0 && test.holds(snapshot.text(ids[at]))))
            }
            Self::List(field, test, memo) => {
                let (field, ids) = (*field, segment.ids(*field));
                rows.filter(|at| memo.holds(ids[at], || row(at).words(field).texts().any(|text| test.holds(text))))
            }
            Self::Pair(field, test, memo) => {
                let (access, ids) = (Access::Pair(*field), segment.ids(*field));
                rows.filter(|at| {
                    memo.holds(ids[at], || row(at).cell(access).text().is_some_and(|text| test.holds(&text)))
                })
            }
            Self::Choice(field, held) => {
                let mut kept = Mask::default();
                segment.each_number(*field, rows, |at, word| {
                    if held.get(word as usize).copied().unwrap_or(false) {
                        kept.insert(at);
                    }
                });
                kept
            }
            Self::Label(key, value, memo) => {
                let ids = segment.labels();
                rows.filter(|at| {
                    memo.holds(ids[at], || {
                        row(at).label(key).is_some_and(|is| value.as_deref().is_none_or(|wanted| is == wanted))
                    })
                })
            }
            Self::Amount(field, access, comparison, number, memo) => {
                let ids = segment.ids(*field);
                rows.filter(|at| {
                    memo.holds(ids[at], || compares(&row(at).cell(*access), *comparison, *number, place.now))
                })
            }
            Self::Number(access, comparison, number) => rows.filter(|at| {
                let cell = match *access {
                    Access::SyncedAt => place.synced_at.map_or(Cell::None, Cell::Time),
                    access => row(at).cell(access),
                };
                compares(&cell, *comparison, *number, place.now)
            }),
            Self::Cell(access, test) => {
                rows.filter(|at| row(at).cell(*access).text().is_some_and(|text| test.holds(&text)))
            }
        }
    }
}

/// What the stem of a name says of the whole name.
fn of_stem(stem: &str, test: TextTest<'_>) -> u8 {
    match test {
        TextTest::Equals(values) => {
            let begins = |value: &String| match value.get(..stem.len()) {
                Some(beginning) => equal(stem, beginning),
                // Lower case may be longer or shorter.
                None => !stem.is_ascii() || !value.is_ascii(),
            };
            if values.iter().any(begins) { Memo::PERHAPS } else { Memo::NO }
        }
        TextTest::Contains(values) if values.iter().any(|value| contains(stem, value)) => Memo::YES,
        TextTest::Contains(values) => {
            if values.iter().any(|value| ends_with_beginning_of(stem, value)) {
                Memo::PERHAPS
            } else {
                Memo::NO
            }
        }
    }
}

/// Whether the last dash of a name and what follows hold the test by themselves.
fn in_ending(ending: &[u8], test: TextTest<'_>) -> bool {
    match test {
        TextTest::Equals(_) => false,
        TextTest::Contains(values) => values.iter().any(|value| {
            if ending.is_ascii() {
                contains_bytes(ending, value.as_bytes())
            } else {
                std::str::from_utf8(ending).is_ok_and(|ending| contains(ending, value))
            }
        }),
    }
}

fn compares(cell: &Cell<'_>, comparison: Comparison, number: i64, now: i64) -> bool {
    let value = match cell {
        Cell::Number(n) | Cell::Milli(n) | Cell::Bytes(n) => *n,
        Cell::Ratio(part, _) => *part,
        Cell::Time(at) => now - at,
        _ => return false,
    };
    match comparison {
        Comparison::Less => value < number,
        Comparison::LessOrEqual => value <= number,
        Comparison::Equal => value == number,
        Comparison::GreaterOrEqual => value >= number,
        Comparison::Greater => value > number,
    }
}
