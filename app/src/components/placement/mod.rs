//! Where a workload goes and why: shared by the page that asks and the page of a decision.

mod candidates;
mod funnel;
mod matrix;
mod order;
mod rejected;
mod score_bar;

pub use funnel::Funnel;
pub use matrix::Matrix;

use crate::components::badge::StateBadge;
use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::i18n::scheduling::Scheduling;
use crate::i18n::{Lang, lang, t};
use leptos::prelude::*;
use model::wire::schedule::{Outcome, ScheduleAnswer, Summary};

/// The sentence that says who won and why.
#[component]
pub fn Sentence(answer: ScheduleAnswer) -> impl IntoView {
    let (first, rest) = first_sentence(in_language(&answer.summary));
    let (first, rest) = (first.to_string(), rest.to_string());
    view! {
        <div class="placement-sentence">
            {(answer.outcome != Outcome::Scheduled).then(|| view! { <StateBadge state=answer.outcome.as_str() /> })}
            <p data-testid="schedule-summary" data-outcome=answer.outcome.as_str()>
                <strong>{first}</strong>
                " "
                <span class="muted">{rest}</span>
            </p>
        </div>
    }
    .into_any()
}

/// What must be seen at once, and what may be read after it.
fn first_sentence(text: &str) -> (&str, &str) {
    match text.split_once(". ") {
        Some((first, rest)) => (first, rest),
        None => text.split_once('。').filter(|(_, rest)| !rest.is_empty()).unwrap_or((text, "")),
    }
}

fn in_language(summary: &Summary) -> &str {
    if lang() == Lang::Zh { &summary.zh } else { &summary.en }
}

/// The sentence, the funnel, every candidate with its scores, every rejected cluster with its reasons.
#[component]
pub fn Breakdown(answer: ScheduleAnswer) -> impl IntoView {
    let chosen = answer.target.as_ref().map(|target| target.cluster.clone());
    // Decisions of before have their warnings in English only.
    let zh = lang() == Lang::Zh && answer.warnings_zh.len() == answer.warnings.len();
    let warnings = if zh { answer.warnings_zh.clone() } else { answer.warnings.clone() };
    view! {
        <div class="stack placement">
            <Sentence answer=answer.clone() />
            <Warnings warnings />
            <Funnel stages=answer.funnel />
            <candidates::Candidates ranking=answer.ranking chosen ages=answer.data_age />
            <rejected::RejectedClusters rejected=answer.rejected />
        </div>
    }
    .into_any()
}

#[component]
fn Warnings(warnings: Vec<String>) -> impl IntoView {
    let texts = t::<Scheduling>();
    let items = warnings.iter().map(|text| view! { <li>{text.clone()}</li> }).collect_any();
    (!warnings.is_empty()).then(|| {
        view! {
            <div class="banner banner-warn placement-warnings" role="status">
                <IconView icon=Icon::Warning />
                <strong>{texts.warnings}</strong>
                <ul>{items}</ul>
            </div>
        }
    })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use model::wire::schedule::{Phase, Ranked, Reason, Rejected, Score, Target, Verdict, Workload};
    use std::collections::BTreeMap;

    fn answer() -> ScheduleAnswer {
        let score = |scorer: &str, contribution| Score {
            scorer: scorer.into(),
            raw: 7,
            normalized: 50,
            weight: 2,
            contribution,
            relative: false,
        };
        let ranked = |cluster: &str, total| Ranked {
            cluster: cluster.into(),
            total,
            fit: 4,
            scores: vec![score("LeastRequested", total - 20.0), score("Staleness", 20.0)],
        };
        let reason = Reason {
            filter: "Quota".into(),
            code: "QuotaExceeded".into(),
            verdict: Verdict::Reject,
            message: "the quota is used up".into(),
            need: Some("2".into()),
            have: Some("500m".into()),
            objects: vec!["shop/compute".into()],
            remedy: "raise it".into(),
            age: Some(1.4),
            zh: None,
        };
        ScheduleAnswer {
            id: "d1".into(),
            outcome: Outcome::Scheduled,
            phase: Phase::Planned,
            target: Some(Target { cluster: "sh".into(), namespace: "shop".into() }),
            summary: Summary { en: "sh wins".into(), zh: "sh 胜出".into() },
            funnel: Vec::new(),
            ranking: vec![ranked("sh", 86.0), ranked("gz", 75.0)],
            verdicts: Vec::new(),
            rejected: vec![Rejected { cluster: "bj".into(), reasons: vec![reason] }],
            preflight: Vec::new(),
            attempts: Vec::new(),
            data_age: BTreeMap::new(),
            seed: 1,
            profile_version: 1,
            warnings: Vec::new(),
            warnings_zh: Vec::new(),
            timings: BTreeMap::new(),
            workload: Workload { kind: "Deployment".into(), name: "web".into(), namespace: "shop".into(), replicas: 2 },
            created_at: jiff::Timestamp::UNIX_EPOCH,
            created_by: "ada".into(),
        }
    }

    #[test]
    fn the_first_sentence_leads() {
        assert_eq!(
            first_sentence("sh takes it with 8.5 points. bj: full."),
            ("sh takes it with 8.5 points", "bj: full.")
        );
        assert_eq!(first_sentence("选择 sh，得分 8.5。bj 被过滤。"), ("选择 sh，得分 8.5", "bj 被过滤。"));
        assert_eq!(first_sentence("只有一句。"), ("只有一句。", ""));
    }

    #[test]
    fn the_breakdown_shows_winner_scores_and_reasons() {
        let html = Owner::new().with(|| view! { <Breakdown answer=answer() /> }.to_html());
        for part in [
            r#"data-testid="candidate-sh""#,
            r#"data-testid="candidate-gz""#,
            r#"data-testid="rejected-bj""#,
            "sh wins",
            "need 2 · have 500m · of shop/compute · 1.4 s ago",
            "LeastRequested: +66 (raw 7, weight 2)",
        ] {
            assert!(html.contains(part), "{part} is missing in {html}");
        }
        assert_eq!(html.matches("candidate-chosen").count(), 1);
        // Two segments a row, and the same two marks in the legend.
        assert_eq!(html.matches("scorer-1\"").count(), 3);
    }
}
