//! Judging clusters: SLI windows, rules, the states of alerts, matchers, inhibition.
//!
//! * [`window`] turns observations into the figures that rules are held against.
//! * [`Rule`] is a condition with its patience; [`builtin`] has those that exist from the start.
//! * [`judge`] holds every rule against every series and says which alerts move; [`advance`] is the state machine of
//!   one alert.
//! * [`Matcher`] chooses alerts by labels; [`inhibits`] says which alert makes another one needless.
//!
//! Pure: time comes as an argument, nothing is read or sent here.

pub mod builtin;
pub mod duration;
mod expr;
mod fingerprint;
mod inhibition;
mod judge;
mod machine;
mod matcher;
mod metric;
mod rule;
mod template;
pub mod window;

pub use expr::{BadExpr, Comparison, Expr, Level};
pub use fingerprint::fingerprint;
pub use inhibition::inhibits;
pub use judge::{Event, Known, Series, judge};
pub use machine::{Change, Ending, Live, NO_DATA_LIMIT, Timing, Verdict, advance};
pub use matcher::{BadMatcher, Matcher, all_match};
pub use metric::Metric;
pub use rule::{BadRule, Rule};
pub use template::{BadTemplate, Facts, expand};
