//! How many matching rows have each value of a column. Texts are counted by their numbers and named at the end of
//! each picture.

use super::evaluate::Source;
use model::columns::{Access, Field, Mask, Segment};
use model::kinds::Column;
use model::wire::resource::{Facet, FacetValue};
use std::collections::HashMap;

/// How many values of a facet are told.
const FACET_VALUES: usize = 50;

/// The counts of some columns.
pub(super) struct Counts(Vec<ColumnCounts>);

struct ColumnCounts {
    column: &'static Column,
    /// By number, in the picture that is being counted.
    by_number: Vec<u64>,
    all: HashMap<String, u64>,
}

/// Columns that are counted by number.
enum Numbers {
    Namespaces,
    Texts(Field),
    Lists(Field),
    Words(Field, &'static [&'static str]),
}

fn numbers(access: Access) -> Option<Numbers> {
    match access {
        Access::Namespace => Some(Numbers::Namespaces),
        Access::Text(field) => Some(Numbers::Texts(field)),
        Access::List(field) | Access::Pair(field) => Some(Numbers::Lists(field)),
        Access::Choice(field, words) => Some(Numbers::Words(field, words)),
        _ => None,
    }
}

impl Counts {
    pub fn new(columns: &[&'static Column]) -> Self {
        let counts = |column: &&'static Column| ColumnCounts { column, by_number: Vec::new(), all: HashMap::new() };
        Self(columns.iter().map(counts).collect())
    }

    /// Counts rows of a segment of `source`.
    pub fn add(&mut self, source: &Source<'_>, segment: &Segment, rows: Mask) {
        self.0.iter_mut().for_each(|counts| counts.add(source, segment, rows));
    }

    /// Nothing more comes of `source`.
    pub fn close(&mut self, source: &Source<'_>) {
        self.0.iter_mut().for_each(|counts| counts.close(source));
    }

    pub fn finish(self) -> Vec<Facet> {
        self.0.into_iter().map(ColumnCounts::finish).collect()
    }
}

impl ColumnCounts {
    fn add(&mut self, source: &Source<'_>, segment: &Segment, rows: Mask) {
        if self.column.at == Access::Cluster {
            self.count(source.place.cluster, rows.len() as u64);
            return;
        }
        match numbers(self.column.at) {
            Some(Numbers::Namespaces) => {
                let ids = segment.namespaces();
                self.add_numbers(source.rows.text_count(), rows, |row| ids[row] as usize);
            }
            Some(Numbers::Texts(field)) => {
                let ids = segment.ids(field);
                self.add_numbers(source.rows.text_count(), rows, |row| ids[row] as usize);
            }
            Some(Numbers::Lists(field)) => {
                let ids = segment.ids(field);
                self.add_numbers(source.rows.list_count(), rows, |row| ids[row] as usize);
            }
            Some(Numbers::Words(field, words)) => {
                self.by_number.resize(words.len(), 0);
                let counts = &mut self.by_number;
                segment.each_number(field, rows, |_, word| {
                    if let Some(count) = counts.get_mut(word as usize) {
                        *count += 1;
                    }
                });
            }
            None => {
                for row in rows.iter() {
                    let cell = source.place.cell(&source.rows.row(segment, row), self.column.at);
                    if let Some(text) = cell.text() {
                        self.count(&text, 1);
                    }
                }
            }
        }
    }

    fn add_numbers(&mut self, needed: usize, rows: Mask, number: impl Fn(usize) -> usize) {
        self.by_number.resize(needed, 0);
        rows.for_each(|row| {
            if let Some(count) = self.by_number.get_mut(number(row)) {
                *count += 1;
            }
        });
    }

    fn count(&mut self, value: &str, rows: u64) {
        match self.all.get_mut(value) {
            Some(count) => *count += rows,
            None => {
                self.all.insert(value.to_owned(), rows);
            }
        }
    }

    fn close(&mut self, source: &Source<'_>) {
        let Some(numbers) = numbers(self.column.at) else { return };
        for (number, rows) in std::mem::take(&mut self.by_number).into_iter().enumerate().filter(|(_, rows)| *rows > 0)
        {
            let id = number as u32;
            match numbers {
                Numbers::Namespaces | Numbers::Texts(_) if id == 0 => {}
                Numbers::Namespaces | Numbers::Texts(_) => self.count(source.rows.text(id), rows),
                Numbers::Words(_, words) => self.count(words.get(number).copied().unwrap_or_default(), rows),
                Numbers::Lists(_) => {
                    let texts: Vec<&str> = source.rows.list(id).iter().map(|text| source.rows.text(*text)).collect();
                    match self.column.at {
                        Access::Pair(_) if texts.is_empty() => {}
                        Access::Pair(_) => self.count(&texts.join("/"), rows),
                        _ => texts.iter().for_each(|text| self.count(text, rows)),
                    }
                }
            }
        }
    }

    fn finish(self) -> Facet {
        let values = self.all.into_iter().map(|(value, count)| FacetValue { value, count });
        let mut values: Vec<FacetValue> = values.collect();
        values.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        values.truncate(FACET_VALUES);
        Facet { column: self.column.name.to_string(), values }
    }
}
