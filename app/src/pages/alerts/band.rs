//! The last 24 hours as a band: each alert lies where it lasted.

use crate::components::each::CollectAny;
use crate::format::number::fixed;
use crate::i18n::alerting::Alerting;
use crate::i18n::{fill, t};
use jiff::Timestamp;
use leptos::prelude::*;
use model::wire::alerting::{Alert, Severity};

const SPAN_MS: i64 = 24 * 60 * 60 * 1000;
/// Per cent of the band; what lasted less would not be seen.
const LEAST: f64 = 0.4;

#[component]
pub fn Band(alerts: Vec<Alert>, now: Timestamp) -> impl IntoView {
    let texts = t::<Alerting>();
    let lasting: Vec<(Alert, f64, f64)> = alerts
        .into_iter()
        .filter_map(|alert| {
            let (start, width) = place(alert.fired_at?, alert.ends_at.unwrap_or(now), now)?;
            Some((alert, start, width))
        })
        .collect();
    let label = fill(texts.band_label, &[&lasting.len()]);
    let marks = lasting.into_iter().map(|(alert, start, width)| {
        let class = match alert.severity {
            Severity::Critical => "fill-failed",
            Severity::Warning => "fill-pending",
            Severity::Info => "fill-unknown",
        };
        view! {
            <rect class=class x=fixed(start, 2) + "%" y="0" width=fixed(width, 2) + "%" height="100%" rx="1">
                <title>{format!("{} · {}", alert.rule, alert.cluster)}</title>
            </rect>
        }
    });
    let ticks = [18, 12, 6].map(|hours| {
        view! { <span>{fill(texts.hours_ago, &[&hours])}</span> }
    });
    view! {
        <figure class="band">
            <figcaption class="help">{texts.last_day}</figcaption>
            <svg class="stacked-bar" width="100%" height="20" role="img" aria-label=label>
                <rect class="bar-ground" x="0" y="0" width="100%" height="100%"></rect>
                {marks.collect_any()}
            </svg>
            <div class="band-scale help" aria-hidden="true">
                <span>{fill(texts.hours_ago, &[&24])}</span>
                {ticks.collect_any()}
                <span>{texts.now}</span>
            </div>
        </figure>
    }
    .into_any()
}

/// Where it begins and how long it is, in per cent; None for what was over before.
fn place(from: Timestamp, to: Timestamp, now: Timestamp) -> Option<(f64, f64)> {
    let now = now.as_millisecond();
    let begin = now - SPAN_MS;
    let (from, to) = (from.as_millisecond(), to.as_millisecond());
    if to < begin || from > now {
        return None;
    }
    let share = |at: i64| (at.clamp(begin, now) - begin) as f64 / SPAN_MS as f64 * 100.0;
    let (start, end) = (share(from), share(to));
    let width = (end - start).max(LEAST);
    Some((start.min(100.0 - width), width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_lies_where_it_lasted() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let ago = |hours| now - jiff::SignedDuration::from_hours(hours);
        assert_eq!(place(ago(12), ago(6), now), Some((50.0, 25.0)));
        assert_eq!(place(ago(48), ago(12), now), Some((0.0, 50.0)));
        assert_eq!(place(ago(48), ago(30), now), None);
        let (start, width) = place(now, now, now).unwrap();
        assert!((start + width - 100.0).abs() < 1e-9 && width == LEAST);
    }
}
