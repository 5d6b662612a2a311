use super::*;
use Severity::{Critical, Warning};

const TIMING: Timing = Timing { hold: Duration::from_secs(120), keep_firing_for: Duration::from_secs(60) };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn holds(severity: Severity) -> Verdict {
    Verdict::Holds { severity, value: 0.5, threshold: 0.9 }
}

/// Walks through `steps` of (second, verdict, expected move, expected state).
fn walk(name: &str, timing: &Timing, steps: &[(i64, Verdict, Change, &str)]) {
    let mut live = None;
    for (second, verdict, expected, state) in steps {
        let (next, change) = advance(live, *verdict, timing, at(*second));
        let is = match &next {
            None => "inactive",
            Some(live) if live.fired_at.is_none() => "pending",
            Some(_) => "firing",
        };
        assert_eq!((change, is), (*expected, *state), "{name} at {second} s");
        live = next;
    }
}

#[test]
fn an_alert_fires_after_the_condition_held_long_enough() {
    walk(
        "held",
        &TIMING,
        &[
            (0, Verdict::Clear, Change::None, "inactive"),
            (5, holds(Warning), Change::Begun, "pending"),
            (124, holds(Warning), Change::None, "pending"),
            (125, holds(Warning), Change::Fired, "firing"),
            (130, holds(Warning), Change::None, "firing"),
        ],
    );
    walk(
        "interrupted",
        &TIMING,
        &[
            (0, holds(Warning), Change::Begun, "pending"),
            (119, Verdict::Clear, Change::Dropped, "inactive"),
            (121, holds(Warning), Change::Begun, "pending"),
            (240, holds(Warning), Change::None, "pending"),
            (241, holds(Warning), Change::Fired, "firing"),
        ],
    );
    walk(
        "at once",
        &Timing::default(),
        &[(0, holds(Warning), Change::Fired, "firing"), (1, Verdict::Clear, Change::Over(Ending::Cleared), "inactive")],
    );
}

#[test]
fn an_alert_fires_on_until_the_condition_was_gone_long_enough() {
    let begun = [(0, holds(Warning), Change::Begun, "pending"), (120, holds(Warning), Change::Fired, "firing")];
    let walk_on = |name, more: &[_]| walk(name, &TIMING, &[&begun, more].concat());
    walk_on(
        "cleared",
        &[
            (130, Verdict::Clear, Change::None, "firing"),
            (189, Verdict::Clear, Change::None, "firing"),
            (190, Verdict::Clear, Change::Over(Ending::Cleared), "inactive"),
        ],
    );
    walk_on(
        "flapping",
        &[
            (130, Verdict::Clear, Change::None, "firing"),
            (180, holds(Warning), Change::None, "firing"),
            (190, Verdict::Clear, Change::None, "firing"),
            (249, Verdict::Clear, Change::None, "firing"),
            (250, Verdict::Clear, Change::Over(Ending::Cleared), "inactive"),
        ],
    );
    walk_on("gone", &[(121, Verdict::Gone, Change::Over(Ending::Gone), "inactive")]);
}

#[test]
fn what_is_not_known_neither_begins_nor_ends_an_alert() {
    walk("nothing begins", &TIMING, &[(0, Verdict::Unknown, Change::None, "inactive")]);
    walk(
        "pending is dropped",
        &TIMING,
        &[(0, holds(Warning), Change::Begun, "pending"), (5, Verdict::Unknown, Change::Dropped, "inactive")],
    );
    let limit = NO_DATA_LIMIT.as_secs().cast_signed();
    walk(
        "firing stays up to a limit",
        &Timing::default(),
        &[
            (0, holds(Warning), Change::Fired, "firing"),
            (10, Verdict::Unknown, Change::None, "firing"),
            (9 + limit, Verdict::Unknown, Change::None, "firing"),
            (10 + limit, Verdict::Unknown, Change::Over(Ending::NoData), "inactive"),
        ],
    );
    walk(
        "a measurement in between starts the limit anew",
        &Timing::default(),
        &[
            (0, holds(Warning), Change::Fired, "firing"),
            (10, Verdict::Unknown, Change::None, "firing"),
            (limit, holds(Warning), Change::None, "firing"),
            (limit + 10, Verdict::Unknown, Change::None, "firing"),
            (2 * limit + 9, Verdict::Unknown, Change::None, "firing"),
            (2 * limit + 10, Verdict::Unknown, Change::Over(Ending::NoData), "inactive"),
        ],
    );
    walk(
        "cleared before it was lost",
        &TIMING,
        &[
            (0, holds(Warning), Change::Begun, "pending"),
            (120, holds(Warning), Change::Fired, "firing"),
            (130, Verdict::Clear, Change::None, "firing"),
            (140, Verdict::Unknown, Change::None, "firing"),
            (190, Verdict::Unknown, Change::Over(Ending::Cleared), "inactive"),
        ],
    );
}

#[test]
fn severity_only_rises_while_an_alert_fires() {
    let (live, _) = advance(None, holds(Warning), &Timing::default(), at(0));
    let (live, change) = advance(live, holds(Critical), &Timing::default(), at(1));
    assert_eq!((live.as_ref().map(|live| live.severity), change), (Some(Critical), Change::Raised));
    let (live, change) = advance(live, holds(Warning), &Timing::default(), at(2));
    assert_eq!((live.map(|live| live.severity), change), (Some(Critical), Change::None));
}

#[test]
fn time_that_runs_backwards_moves_nothing() {
    walk(
        "backwards",
        &TIMING,
        &[
            (1000, holds(Warning), Change::Begun, "pending"),
            (0, holds(Warning), Change::None, "pending"),
            (1120, holds(Warning), Change::Fired, "firing"),
            (1130, Verdict::Clear, Change::None, "firing"),
            (0, Verdict::Clear, Change::None, "firing"),
            (1190, Verdict::Clear, Change::Over(Ending::Cleared), "inactive"),
        ],
    );
}
