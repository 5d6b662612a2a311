//! Clusters that this chain tried already, or that someone ruled out.

use super::{Detail, Finding};
use crate::case::Case;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    match case.ask.excluded.get(case.view.name.as_ref()) {
        Some(reason) => {
            Finding::reject(Detail::new("Excluded", reason.clone(), "start a new decision to try it again"))
        }
        None if case.ask.excluded.is_empty() => Finding::NOT_APPLICABLE,
        None => Finding::PASS,
    }
}
