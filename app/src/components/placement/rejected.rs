//! The clusters that some filter does not pass, grouped by the first reason.

use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::format::age::seconds;
use crate::i18n::Lang;
use crate::i18n::scheduling::{Scheduling, reason_title};
use crate::i18n::{fill, lang, t};
use leptos::prelude::*;
use model::wire::schedule::{Reason, Rejected, Verdict};

#[component]
pub fn RejectedClusters(rejected: Vec<Rejected>) -> impl IntoView {
    if rejected.is_empty() {
        return ().into_any();
    }
    let groups = grouped(rejected).into_iter().map(|(code, filter, clusters)| {
        view! { <Group title=reason_title(lang(), &code) filter clusters /> }
    });
    view! {
        <section class="stack placement-part">
            <h3>{t::<Scheduling>().rejected}</h3>
            {groups.collect_any()}
        </section>
    }
    .into_any()
}

/// Clusters by the code and filter of their first reason; the largest group first, else in the order they came.
fn grouped(rejected: Vec<Rejected>) -> Vec<(String, String, Vec<Rejected>)> {
    let mut groups: Vec<(String, String, Vec<Rejected>)> = Vec::new();
    for cluster in rejected {
        let (code, filter) = match cluster.reasons.first() {
            Some(reason) => (reason.code.clone(), reason.filter.clone()),
            None => (String::new(), String::new()),
        };
        match groups.iter_mut().find(|(known, of, _)| *known == code && *of == filter) {
            Some((_, _, clusters)) => clusters.push(cluster),
            None => groups.push((code, filter, vec![cluster])),
        }
    }
    groups.sort_by_key(|(_, _, clusters)| std::cmp::Reverse(clusters.len()));
    groups
}

#[component]
fn Group(title: String, filter: String, clusters: Vec<Rejected>) -> impl IntoView {
    let count = clusters.len();
    let rows = clusters.into_iter().map(|cluster| view! { <Row cluster /> });
    view! {
        <div class="rejected-group">
            <h4 class="rejected-title">
                {title} " " <span class="count">{count}</span> " " <span class="muted mono">{filter}</span>
            </h4>
            <ul>{rows.collect_any()}</ul>
        </div>
    }
    .into_any()
}

#[component]
fn Row(cluster: Rejected) -> impl IntoView {
    let mut reasons = cluster.reasons.into_iter();
    let first = reasons.next().map(|reason| view! { <ReasonView reason /> });
    let rest: Vec<Reason> = reasons.collect();
    let more = (!rest.is_empty()).then(|| {
        let words = fill(t::<Scheduling>().more_reasons, &[&rest.len()]);
        let items = rest.into_iter().map(|reason| view! { <li><ReasonView reason titled=true /></li> });
        view! {
            <details class="form-more rejected-more">
                <summary>{words}</summary>
                <ul>{items.collect_any()}</ul>
            </details>
        }
    });
    view! {
        <li class="rejected-cluster" data-testid=format!("rejected-{}", cluster.cluster)>
            <a class="name-link" href=format!("/clusters/{}", cluster.cluster)>{cluster.cluster.clone()}</a>
            <div class="rejected-why">{first} {more}</div>
        </li>
    }
    .into_any()
}

/// *need 2, have 500m, of shop/compute, 1.4 s ago*, and what would make it fit.
#[component]
fn ReasonView(reason: Reason, #[prop(optional)] titled: bool) -> impl IntoView {
    let texts = t::<Scheduling>();
    let facts: Vec<String> = [
        reason.need.as_ref().map(|need| fill(texts.need, &[need])),
        reason.have.as_ref().map(|have| fill(texts.have, &[have])),
        (!reason.objects.is_empty()).then(|| fill(texts.of_objects, &[&reason.objects.join(", ")])),
        (reason.verdict == Verdict::Unknown).then(|| texts.unknown_data.to_string()),
        reason.age.map(|age| fill(texts.data_age, &[&seconds(age)])),
    ]
    .into_iter()
    .flatten()
    .collect();
    let (message, remedy) = match reason.zh.filter(|_| lang() == Lang::Zh) {
        Some(words) => (words.message, words.remedy),
        None => (reason.message, reason.remedy),
    };
    let title = titled.then(|| view! { <strong>{reason_title(lang(), &reason.code)} ": "</strong> });
    view! {
        <div class="reason" data-code=reason.code.clone() data-filter=reason.filter.clone()>
            <p>{title} {message}</p>
            {(!facts.is_empty()).then(|| view! { <p class="reason-facts">{facts.join(" · ")}</p> })}
            {(!remedy.is_empty()).then(|| view! {
                <p class="reason-remedy"><IconView icon=Icon::Right /> <span>{fill(texts.remedy, &[&remedy])}</span></p>
            })}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(name: &str, code: &str) -> Rejected {
        let reason = Reason {
            filter: "F".into(),
            code: code.into(),
            verdict: Verdict::Reject,
            message: String::new(),
            need: None,
            have: None,
            objects: Vec::new(),
            remedy: String::new(),
            age: None,
            zh: None,
        };
        Rejected { cluster: name.into(), reasons: vec![reason] }
    }

    #[test]
    fn the_most_frequent_first_reason_comes_first() {
        let groups = grouped(vec![cluster("a", "X"), cluster("b", "Y"), cluster("c", "Y")]);
        let told: Vec<(&str, usize)> =
            groups.iter().map(|(code, _, clusters)| (code.as_str(), clusters.len())).collect();
        assert_eq!(told, [("Y", 2), ("X", 1)]);
    }
}
