//! Reading decisions.

use super::record;
use crate::authorize::authorize;
use crate::{Engine, problem::Answer};
use model::access::{Action, Caller};
use model::wire::list::Items;
use model::wire::problem::Problem;
use model::wire::schedule::{DecisionItem, Outcome, ScheduleAnswer};
use store::repositories::decisions::DecisionFilter;
use store::{Cursor, PageRequest};

#[derive(Clone, Debug, Default)]
pub struct DecisionQuery {
    pub outcome: Option<Outcome>,
    /// By the target's name.
    pub cluster: Option<String>,
    /// A part of the workload's name.
    pub q: Option<String>,
    /// 1..=1000; 0 means 100.
    pub limit: usize,
    pub cursor: Option<String>,
}

impl Engine {
    /// Newest first.
    pub async fn decisions(&self, caller: &Caller, query: DecisionQuery) -> Result<Items<DecisionItem>, Problem> {
        authorize(caller, Action::Read)?;
        let limit = if query.limit == 0 { 100 } else { u32::try_from(query.limit).unwrap_or(u32::MAX) };
        let page = PageRequest::new(limit, query.cursor.map(Cursor::new)).answer()?;
        let filter = DecisionFilter {
            outcome: query.outcome.map(|outcome| outcome.as_str().to_string()),
            cluster: query.cluster,
            text: query.q.filter(|text| !text.is_empty()),
            ..DecisionFilter::default()
        };
        let page = self.store().read().await.answer()?.decisions().list(&filter, &page).await.answer()?;
        Ok(Items {
            items: page.items.iter().map(record::item).collect::<Result<_, _>>()?,
            next: page.next.map(|cursor| cursor.to_string()),
        })
    }

    /// One decision as it is now.
    pub async fn decision(&self, caller: &Caller, id: &str) -> Result<ScheduleAnswer, Problem> {
        authorize(caller, Action::Read)?;
        let mut unit = self.store().read().await.answer()?;
        let decision = unit.decisions().get(id).await.answer()?;
        let attempts = unit.attempts().of_decision(id).await.answer()?;
        record::answer(&decision, &attempts)
    }
}
