//! Reading the audit log.

use crate::authorize::authorize;
use crate::{Engine, problem::Answer};
use jiff::Timestamp;
use model::access::{Action, Caller};
use model::wire::account::AuditEntry;
use model::wire::list::Items;
use model::wire::problem::Problem;
use store::repositories::audit::AuditFilter;
use store::{Cursor, PageRequest};

#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    pub actor: Option<String>,
    /// Exact, or all that begin so where it ends in `.`.
    pub action: Option<String>,
    pub object: Option<String>,
    pub outcome: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub limit: u32,
    pub cursor: Option<String>,
}

impl Engine {
    /// Newest first.
    pub async fn audit(&self, caller: &Caller, query: AuditQuery) -> Result<Items<AuditEntry>, Problem> {
        authorize(caller, Action::ReadAudit)?;
        let page = PageRequest::new(query.limit, query.cursor.map(Cursor::new)).answer()?;
        let filter = AuditFilter {
            actor: query.actor,
            action: query.action,
            object: query.object,
            outcome: query.outcome,
            from: query.from,
            to: query.to,
        };
        let page = self.store().read().await.answer()?.audit().list(&filter, &page).await.answer()?;
        let items = page
            .items
            .into_iter()
            .map(|record| {
                Ok(AuditEntry {
                    seq: record.seq,
                    time: record.at,
                    detail: record.event.detail.read().answer()?,
                    actor: record.event.actor,
                    action: record.event.action,
                    object: record.event.object,
                    outcome: record.event.outcome,
                })
            })
            .collect::<Result<_, Problem>>()?;
        Ok(Items { items, next: page.next.map(|cursor| cursor.to_string()) })
    }
}
