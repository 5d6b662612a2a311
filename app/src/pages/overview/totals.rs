//! Four totals, each with the number of clusters it holds for and the age of the oldest part.

use crate::components::age::Age;
use crate::components::chart::Meter;
use crate::components::each::CollectAny;
use crate::format::age::STALE_SECONDS;
use crate::format::number::{bytes, cores, count, percent};
use crate::i18n::overview::Overview as Texts;
use crate::i18n::{fill, t};
use leptos::prelude::*;
use model::wire::cluster::{Cluster, ClusterSummary};
use std::collections::BTreeMap;

/// The oldest of a cluster's kinds, seconds; None before anything arrived.
pub fn oldest(ages: &BTreeMap<String, Option<f64>>) -> Option<f64> {
    ages.values().flatten().copied().reduce(f64::max)
}

#[component]
pub fn Totals(clusters: Vec<Cluster>, summaries: Vec<ClusterSummary>) -> impl IntoView {
    let texts = t::<Texts>();
    // What is stale is not the present, so that it is in no total.
    let present: Vec<&ClusterSummary> =
        summaries.iter().filter(|summary| oldest(&summary.ages).is_some_and(|age| age < STALE_SECONDS)).collect();
    let age = present.iter().filter_map(|summary| oldest(&summary.ages)).reduce(f64::max);
    let over = fill(texts.over_clusters, &[&present.len(), &clusters.len()]);
    let sum = |of: fn(&ClusterSummary) -> i64| present.iter().map(|summary| of(summary)).sum::<i64>();
    let (ready, nodes) = (sum(|s| s.nodes.ready as i64), sum(|s| s.nodes.total as i64));
    let running = sum(|s| s.pods.get("Running").copied().unwrap_or_default() as i64);
    let pods = sum(|s| s.pods_total as i64);
    let (cpu, cpu_of) = (sum(|s| s.requested.cpu_milli), sum(|s| s.allocatable.cpu_milli));
    let (memory, memory_of) = (sum(|s| s.requested.memory_bytes), sum(|s| s.allocatable.memory_bytes));
    let figures = [
        (texts.nodes_ready, "nodes", count(ready as u64), fill(texts.of_total, &[&count(nodes as u64)]), ready, nodes),
        (
            texts.pods_running,
            "pods",
            count(running as u64),
            fill(texts.of_total, &[&count(pods as u64)]),
            running,
            pods,
        ),
        (texts.cpu_requested, "cpu", share(cpu, cpu_of), fill(texts.of_allocatable, &[&cores(cpu_of)]), cpu, cpu_of),
        (
            texts.memory_requested,
            "memory",
            share(memory, memory_of),
            fill(texts.of_allocatable, &[&bytes(memory_of.max(0) as u64)]),
            memory,
            memory_of,
        ),
    ];
    let cards = figures.map(|(title, id, figure, of, part, whole)| {
        // A fleet where all is ready or running is well, not full.
        let bar = matches!(id, "cpu" | "memory").then(|| view! { <Meter part whole label=title /> });
        view! {
            <div class="total" data-testid=format!("total-{id}")>
                <span class="total-title">{title}</span>
                <span class="total-figure">
                    <strong>{figure}</strong>
                    <span class="muted">{of}</span>
                </span>
                {bar}
            </div>
        }
    });
    view! {
        <section class="totals" data-testid="totals" aria-live="off">
            <div class="totals-row">{cards.collect_any()}</div>
            <p class="totals-note">
                <span data-testid="totals-over">{over}</span>
                {age.is_some().then(|| view! { <Age age=age /> })}
            </p>
        </section>
    }
    .into_any()
}

fn share(part: i64, whole: i64) -> String {
    format!("{} %", percent(part, whole))
}
