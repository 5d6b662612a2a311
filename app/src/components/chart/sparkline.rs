//! A line of 120 by 28 without axes. What is missing is a gap, never a line drawn through.

use leptos::prelude::*;

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 28.0;
const MARGIN: f64 = 2.0;

/// The least and the greatest value that the line may reach, so that noise does not look like a storm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Domain {
    pub low: f64,
    pub high: f64,
}

/// Values oldest first, evenly spaced; `threshold` is drawn where it lies within the picture. `label` reads it out.
#[component]
pub fn Sparkline(
    values: Vec<Option<f64>>,
    #[prop(into)] label: String,
    #[prop(optional_no_strip)] least_span: Option<f64>,
    #[prop(optional_no_strip)] threshold: Option<f64>,
) -> impl IntoView {
    let domain = domain(&values, least_span.unwrap_or(0.0));
    let path = path(&values, domain);
    let line = threshold.filter(|at| (domain.low..=domain.high).contains(at)).map(|at| y(at, domain));
    let last = values.last().copied().flatten().map(|value| (WIDTH - MARGIN, y(value, domain)));
    view! {
        <svg class="sparkline" viewBox="0 0 120 28" width="120" height="28" role="img" aria-label=label preserveAspectRatio="none">
            {line.map(|y| view! { <line class="threshold" x1="0" x2="120" y1=num(y) y2=num(y)></line> })}
            <path class="line" d=path></path>
            {last.map(|(x, y)| view! { <circle class="last" cx=num(x) cy=num(y) r="1.8"></circle> })}
        </svg>
    }
    .into_any()
}

fn domain(values: &[Option<f64>], least_span: f64) -> Domain {
    let known = || values.iter().flatten().copied().filter(|value| value.is_finite());
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    if low > high {
        return Domain { low: 0.0, high: 1.0 };
    }
    let missing = (least_span.max(1e-9) - (high - low)).max(0.0) / 2.0;
    Domain { low: low - missing, high: high + missing }
}

fn y(value: f64, domain: Domain) -> f64 {
    let share = (value - domain.low) / (domain.high - domain.low);
    HEIGHT - MARGIN - share * (HEIGHT - 2.0 * MARGIN)
}

/// One stroke per run of known values; a value alone between gaps is a dot.
fn path(values: &[Option<f64>], domain: Domain) -> String {
    let step = (WIDTH - 2.0 * MARGIN) / (values.len().max(2) - 1) as f64;
    let mut path = String::new();
    let mut drawing = false;
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            drawing = false;
            continue;
        };
        let (x, y) = (num(MARGIN + step * at as f64), num(y(value, domain)));
        let alone = !drawing && values.get(at + 1).copied().flatten().is_none();
        path.push_str(&match (drawing, alone) {
            (true, _) => format!("L{x} {y}"),
            (false, true) => format!("M{x} {y}h0.01"),
            (false, false) => format!("M{x} {y}"),
        });
        drawing = true;
    }
    path
}

fn num(value: f64) -> String {
    crate::format::number::short(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_breaks_the_line() {
        let values = [Some(0.0), Some(1.0), None, Some(1.0), None, Some(0.5), Some(0.0)];
        let path = path(&values, domain(&values, 0.0));
        assert_eq!(path.matches('M').count(), 3);
        assert_eq!(path.matches('L').count(), 2);
        assert_eq!(path.matches("h0.01").count(), 1);
    }

    #[test]
    fn nothing_known_draws_nothing() {
        assert_eq!(path(&[None, None], domain(&[None, None], 1.0)), "");
        assert_eq!(path(&[], domain(&[], 1.0)), "");
    }

    #[test]
    fn small_noise_stays_small() {
        let values = [Some(0.98), Some(1.0)];
        let domain = domain(&values, 0.2);
        assert!((domain.high - domain.low - 0.2).abs() < 1e-9);
        assert!((y(0.98, domain) - y(1.0, domain)) < 3.0);
    }
}
