//! One sentence that says who won and why, in both languages, from the structured answer.

use crate::ask::Ask;
use crate::text::counted;
use model::wire::schedule::{Ranked, Rejected, Summary};

/// The scorer that puts the first ahead of the second by most, with by how much.
fn decisive<'a>(winner: &'a Ranked, second: &Ranked) -> Option<(&'a str, f64)> {
    winner
        .scores
        .iter()
        .map(|score| {
            let other = second.scores.iter().find(|other| other.scorer == score.scorer);
            (score.scorer.as_str(), score.contribution - other.map_or(0.0, |other| other.contribution))
        })
        .filter(|(_, ahead)| *ahead > 0.0)
        .fold(None, |best: Option<(&str, f64)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        })
}

pub(crate) fn summarize(ask: &Ask, ranking: &[Ranked], rejected: &[Rejected]) -> Summary {
    let (mut en, mut zh) = match ranking {
        [] => (
            format!("No cluster can take {} of {}.", counted(ask.replicas, "replica"), ask.name),
            format!("没有集群能容纳 {} 的 {} 个副本。", ask.name, ask.replicas),
        ),
        [only] => (
            format!("{} takes it with {:.1} points, the only cluster that fits.", only.cluster, only.total),
            format!("选择 {}，得分 {:.1}，唯一满足条件的集群。", only.cluster, only.total),
        ),
        [winner, second, ..] => ahead(winner, second),
    };
    let shown = if ranking.is_empty() { 3 } else { 2 };
    for cluster in rejected.iter().take(shown) {
        if let Some(reason) = cluster.reasons.first() {
            en.push_str(&format!(" {}: {} ({}).", cluster.cluster, reason.message, reason.filter));
            let words = reason.zh.as_ref().map_or(&reason.message, |zh| &zh.message);
            zh.push_str(&format!(" {} 被过滤（{}）：{words}。", cluster.cluster, reason.filter));
        }
    }
    if rejected.len() > shown {
        let more = rejected.len() - shown;
        let verb = if more == 1 { "does" } else { "do" };
        en.push_str(&format!(" {} {verb} not qualify.", counted(more as i64, "more cluster")));
        zh.push_str(&format!(" 另有 {more} 个集群不满足条件。"));
    }
    Summary { en, zh }
}

fn ahead(winner: &Ranked, second: &Ranked) -> (String, String) {
    let margin = winner.total - second.total;
    let scores = format!("{} takes it with {:.1} points", winner.cluster, winner.total);
    let zh_scores = format!("选择 {}，得分 {:.1}", winner.cluster, winner.total);
    if margin < 0.05 {
        return (
            format!("{scores}, level with {}: the tie went by headroom, then by the seed.", second.cluster),
            format!("{zh_scores}，与 {} 持平，先按余量、再按种子决定。", second.cluster),
        );
    }
    match decisive(winner, second) {
        Some((scorer, by)) => (
            format!("{scores}, {margin:.1} ahead of {}, mostly by {scorer} (+{by:.1}).", second.cluster),
            format!("{zh_scores}，领先 {} {margin:.1} 分，主要因为 {scorer}（+{by:.1}）。", second.cluster),
        ),
        None => (
            format!("{scores}, {margin:.1} ahead of {}.", second.cluster),
            format!("{zh_scores}，领先 {} {margin:.1} 分。", second.cluster),
        ),
    }
}
