//! What a measure gives, for machines and for people.

use serde::Serialize;
use std::fmt::Write;

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    Lower,
    Higher,
}

impl Better {
    fn reaches(self, value: f64, target: f64) -> bool {
        match self {
            Self::Lower => value <= target,
            Self::Higher => value >= target,
        }
    }
}

/// Something else, measured in the same run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Beside {
    pub name: &'static str,
    /// In the figure's unit.
    pub value: f64,
}

/// One measured figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    pub name: &'static str,
    pub value: f64,
    pub unit: &'static str,
    pub better: Better,
    /// What it has to reach; None where no target is set.
    pub must: Option<f64>,
    /// What it should reach.
    pub aim: Option<f64>,
    /// What others need for the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<Beside>,
    /// What nobody can do better than.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Beside>,
    /// How many times it was measured, or over how many things.
    pub samples: u64,
    /// The size of what it was measured over.
    pub scale: String,
    /// What was not as it would be in production.
    pub simulated: Vec<&'static str>,
}

impl Figure {
    /// How it stands to its targets, in a word; empty where there are none.
    fn verdict(&self) -> &'static str {
        let reached = |target: Option<f64>| target.map(|target| self.better.reaches(self.value, target));
        match (reached(self.must), reached(self.aim)) {
            (_, Some(true)) => "aim",
            (Some(true), _) => "must",
            (Some(false), _) => "MISSED",
            (None, Some(false)) => "below aim",
            (None, None) => "",
        }
    }
}

fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1000.0 => {
            let digits = format!("{value:.0}");
            let mut text = String::new();
            for (at, digit) in digits.chars().enumerate() {
                let left = digits.len() - at;
                if at > 0 && left % 3 == 0 && !text.ends_with('-') {
                    text.push(',');
                }
                text.push(digit);
            }
            text
        }
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The figures as a table of fixed width, with what each was measured over below it.
pub fn table(figures: &[Figure]) -> String {
    let optional = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), number);
    let beside = |value: &Option<Beside>| {
        value.as_ref().map_or_else(|| "-".to_owned(), |beside| format!("{} ({})", number(beside.value), beside.name))
    };
    let head = ["figure", "value", "unit", "must", "aim", "reached", "peer", "limit"].map(str::to_owned);
    let rows: Vec<[String; 8]> = std::iter::once(head)
        .chain(figures.iter().map(|figure| {
            [
                figure.name.to_owned(),
                number(figure.value),
                figure.unit.to_owned(),
                optional(figure.must),
                optional(figure.aim),
                figure.verdict().to_owned(),
                beside(&figure.peer),
                beside(&figure.limit),
            ]
        }))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 8] = std::array::from_fn(width);
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    for alike in figures.chunk_by(|a, b| a.simulated == b.simulated) {
        for alike in alike.chunk_by(|a, b| a.scale == b.scale) {
            let names: Vec<String> =
                alike.iter().map(|figure| format!("{} ({} samples)", figure.name, figure.samples)).collect();
            let _infallible = write!(text, "\n{}: {}", names.join(", "), alike[0].scale);
        }
        if !alike[0].simulated.is_empty() {
            let _infallible = write!(text, "; simulated up to here: {}", alike[0].simulated.join("; "));
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(value: f64, better: Better) -> Figure {
        Figure {
            name: "x",
            value,
            unit: "ms",
            better,
            must: Some(20.0),
            aim: Some(if better == Better::Lower { 8.0 } else { 30.0 }),
            peer: None,
            limit: None,
            samples: 3,
            scale: "3 things".into(),
            simulated: vec!["the things"],
        }
    }

    #[test]
    fn verdicts_follow_the_direction() {
        let cases = [
            (figure(8.0, Better::Lower), "aim"),
            (figure(8.1, Better::Lower), "must"),
            (figure(20.1, Better::Lower), "MISSED"),
            (figure(30.0, Better::Higher), "aim"),
            (figure(29.0, Better::Higher), "must"),
            (figure(19.0, Better::Higher), "MISSED"),
            (Figure { must: None, aim: None, ..figure(1.0, Better::Lower) }, ""),
        ];
        for (figure, expected) in cases {
            assert_eq!(figure.verdict(), expected, "{figure:?}");
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let numbers = [0.0, 9.876, 99.96, 999.0, 1000.0, 1_234_567.8].map(number);
        assert_eq!(numbers, ["0.00", "9.88", "100.0", "999.0", "1,000", "1,234,568"]);
    }

    #[test]
    fn json_has_the_fields_of_the_contract() {
        let text = serde_json::to_value(figure(1.0, Better::Lower)).unwrap();
        let expected = serde_json::json!({"name": "x", "value": 1.0, "unit": "ms", "better": "lower", "must": 20.0,
            "aim": 8.0, "samples": 3, "scale": "3 things", "simulated": ["the things"]});
        assert_eq!(text, expected);
    }

    #[test]
    fn the_table_names_what_was_simulated() {
        let text = table(&[figure(21.0, Better::Lower)]);
        assert!(
            text.contains("MISSED") && text.contains("x (3 samples): 3 things; simulated up to here: the things"),
            "{text}"
        );
    }
}
