//! What is asked of lists.

use crate::problem::Answer;
use jiff::Timestamp;
use model::wire::alerting::{AlertState, Severity};
use model::wire::problem::Problem;
use store::{Cursor, PageRequest};

/// Which alerts to list, newest first.
#[derive(Clone, Debug, Default)]
pub struct AlertQuery {
    pub state: Option<AlertState>,
    /// By the name the cluster had when the alert began.
    pub cluster: Option<String>,
    pub severity: Option<Severity>,
    /// Not over before.
    pub from: Option<Timestamp>,
    /// Begun before.
    pub to: Option<Timestamp>,
    /// 1..=1000; 0 means 100.
    pub limit: usize,
    pub cursor: Option<String>,
}

/// Which measurements to read.
#[derive(Clone, Debug, Default)]
pub struct SliQuery {
    /// By name; of every cluster where none is given.
    pub cluster: Option<String>,
    /// An hour before `to` where none is given.
    pub from: Option<Timestamp>,
    /// Now where none is given.
    pub to: Option<Timestamp>,
    /// A duration such as `30s` or `5m`; chosen for about 240 points where none is given.
    pub step: Option<String>,
}

/// Which deliveries to list, newest first.
#[derive(Clone, Debug, Default)]
pub struct DeliveryQuery {
    pub channel: Option<String>,
    /// As [`Delivery::state`](model::wire::alerting::Delivery) has it.
    pub state: Option<String>,
    /// The alert's id.
    pub alert: Option<String>,
    /// 1..=1000; 0 means 100.
    pub limit: usize,
    pub cursor: Option<String>,
}

const DEFAULT_LIMIT: u32 = 100;

pub(super) fn limit(limit: usize) -> u32 {
    if limit == 0 { DEFAULT_LIMIT } else { u32::try_from(limit).unwrap_or(u32::MAX) }
}

pub(super) fn page(wanted: usize, cursor: Option<String>) -> Result<PageRequest, Problem> {
    PageRequest::new(limit(wanted), cursor.map(Cursor::new)).answer()
}
