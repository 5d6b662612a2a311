//! One bar of 0 to 100 with a segment for each scorer; a scorer has the same colour and place in every row.

use super::order::{self, SCORERS};
use crate::components::each::CollectAny;
use crate::format::number::short;
use crate::i18n::scheduling::Scheduling;
use crate::i18n::{fill, t};
use leptos::prelude::*;
use model::wire::schedule::{Ranked, Score};

/// Colours there are; more scorers share them.
const COLOURS: usize = 8;

/// The class that colours a scorer, by its place among all scorers.
pub fn scorer_class(scorer: &str) -> String {
    let at = place(scorer);
    format!("scorer scorer-{}", at % COLOURS + 1)
}

fn place(scorer: &str) -> usize {
    order::place(&SCORERS, scorer)
}

/// In the order that every row has.
pub fn in_order(scores: &[Score]) -> Vec<Score> {
    let mut scores = scores.to_vec();
    scores.sort_by(|a, b| (place(&a.scorer), &a.scorer).cmp(&(place(&b.scorer), &b.scorer)));
    scores
}

/// A contribution with one decimal at most.
pub fn points(value: f64) -> String {
    short((value * 10.0).round() / 10.0)
}

#[component]
pub fn ScoreBar(ranked: Ranked) -> impl IntoView {
    let texts = t::<Scheduling>();
    let scores = in_order(&ranked.scores);
    let told =
        |score: &Score| fill(texts.segment, &[&score.scorer, &points(score.contribution), &score.raw, &score.weight]);
    let described: Vec<String> = scores.iter().filter(|score| score.contribution > 0.0).map(told).collect();
    let label =
        format!("{}, {}: {}", ranked.cluster, fill(texts.score_of, &[&points(ranked.total)]), described.join("; "));
    let mut x = 0.0;
    let segments = scores.into_iter().filter(|score| score.contribution > 0.0).map(move |score| {
        let start = x;
        x += score.contribution;
        view! {
            <rect
                class=scorer_class(&score.scorer)
                x=format!("{}%", short(start))
                y="0"
                width=format!("{}%", short(score.contribution))
                height="100%"
                data-scorer=score.scorer.clone()
            >
                <title>{told(&score)}</title>
            </rect>
        }
    });
    view! {
        <svg class="score-bar" width="100%" height="16" role="img" aria-label=label>
            <rect class="bar-ground" x="0" y="0" width="100%" height="100%"></rect>
            {segments.collect_any()}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(scorer: &str) -> Score {
        Score { scorer: scorer.into(), raw: 1, normalized: 1, weight: 1, contribution: 1.0, relative: false }
    }

    #[test]
    fn scorers_have_one_order_and_one_colour_each() {
        let ordered = in_order(&[score("Unheard"), score("Staleness"), score("LeastRequested")]);
        let names: Vec<&str> = ordered.iter().map(|score| score.scorer.as_str()).collect();
        assert_eq!(names, ["LeastRequested", "Staleness", "Unheard"]);
        let mut classes: Vec<String> = SCORERS.iter().map(|scorer| scorer_class(scorer)).collect();
        classes.sort();
        classes.dedup();
        assert_eq!(classes.len(), SCORERS.len().min(COLOURS));
    }

    #[test]
    fn points_have_one_decimal_at_most() {
        assert_eq!((points(19.333), points(86.0)), ("19.3".into(), "86".into()));
    }
}
