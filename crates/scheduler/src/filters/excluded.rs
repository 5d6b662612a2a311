//! Clusters that this chain tried already, or that someone ruled out.

use super::{Detail, Finding};
use crate::case::Case;
use crate::text::Text;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    match case.ask.excluded.get(case.view.name.as_ref()) {
        Some(reason) => Finding::reject(Detail::new(
            "Excluded",
            Text::same(reason.as_str()),
            ("start a new decision to try it again", "如需再试，请发起新的调度"),
        )),
        None if case.ask.excluded.is_empty() => Finding::NOT_APPLICABLE,
        None => Finding::PASS,
    }
}
