//! The use cases.

use super::evaluate::{Part, evaluate};
use super::request::ListRequest;
use crate::Engine;
use crate::authorize::authorize;
use jiff::Timestamp;
use model::access::{Action, Caller};
use model::fleet::Observed;
use model::kinds::{COMMON_COLUMNS, MirroredKind};
use model::wire::list::Items;
use model::wire::problem::Problem;
use model::wire::resource::{KindInfo, ResourceList, ResourceRow};
use serde_json::Value;

impl Engine {
    /// The kinds that can be listed.
    pub fn kinds(&self, caller: &Caller) -> Result<Items<KindInfo>, Problem> {
        authorize(caller, Action::Read)?;
        let info = |kind: MirroredKind| {
            let spec = kind.spec();
            KindInfo {
                kind: spec.kind.into(),
                plural: spec.plural.into(),
                group: spec.group.into(),
                version: spec.version.into(),
                namespaced: spec.namespaced,
                mirrored: true,
            }
        };
        Ok(Items::all(MirroredKind::ALL.map(info).to_vec()))
    }

    /// Objects of one kind over all clusters in scope.
    ///
    /// # Errors
    /// 404 for a kind that is not there, 400 naming the parameter at fault.
    pub fn list(&self, caller: &Caller, request: &ListRequest) -> Result<ResourceList, Problem> {
        authorize(caller, Action::Read)?;
        let checked = request.check()?;
        let snapshot = self.mirror().snapshot(checked.kind);
        let parts: Vec<Part<'_>> = snapshot
            .clusters
            .iter()
            .map(|cluster| Part {
                id: &cluster.id,
                name: &cluster.name,
                state: cluster.state,
                evidence: cluster.evidence,
                not_allowed: cluster.observed == Observed::NotAllowed,
                counted: cluster.counted,
                rows: &cluster.parts,
            })
            .collect();
        evaluate(&checked, &caller.scope, &parts, snapshot.revision, Timestamp::now().as_millisecond())
    }

    /// All rows of a list as CSV (RFC 4180), whatever its `limit`.
    ///
    /// # Errors
    /// As [`Engine::list`].
    pub fn list_csv(&self, caller: &Caller, request: &ListRequest) -> Result<String, Problem> {
        let spec = request.check()?.kind.spec();
        let columns: Vec<&str> = COMMON_COLUMNS.iter().chain(spec.columns).map(|column| column.name).collect();
        let mut csv = columns.join(",");
        csv.push_str("\r\n");
        let mut request = ListRequest { limit: super::MAX_LIMIT, offset: 0, ..request.clone() };
        loop {
            let page = self.list(caller, &request)?;
            for row in &page.rows {
                let cells: Vec<String> = columns.iter().map(|column| cell(row, column)).collect();
                csv.push_str(&cells.join(","));
                csv.push_str("\r\n");
            }
            match page.next {
                Some(next) => request.cursor = Some(next),
                None => return Ok(csv),
            }
        }
    }
}

fn cell(row: &ResourceRow, column: &str) -> String {
    let text = match column {
        "cluster" => row.cluster.clone(),
        "namespace" => row.namespace.clone().unwrap_or_default(),
        "name" => row.name.clone(),
        "uid" => row.uid.clone(),
        "createdAt" => row.created_at.to_string(),
        "syncedAt" => row.synced_at.map(|at| at.to_string()).unwrap_or_default(),
        "labels" => row.labels.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" "),
        other => plain(other.split('.').fold(None, |found: Option<&Value>, part| match found {
            None => row.columns.get(part),
            Some(value) => value.get(part),
        })),
    };
    quoted(&text)
}

fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().map(|item| plain(Some(item))).collect::<Vec<_>>().join(" "),
        Some(other) => other.to_string(),
    }
}

/// Spreadsheets run what begins like a formula, so that gets a quote in front.
fn quoted(text: &str) -> String {
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_string(),
    };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
