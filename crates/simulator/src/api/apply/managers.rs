use serde_json::{Value, json};

use super::field_set::{FieldSet, compare, display, fields, from_fields_v1, to_fields_v1, within};
use super::merge::{merge, remove, without_nulls};
use crate::api::status::ApiError;
use crate::object_store::{Kind, Subresource, now};

/// How a manager came to own its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Apply,
    Update,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Apply => "Apply",
            Self::Update => "Update",
        }
    }
}

/// Who writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Manager {
    pub name: String,
    pub operation: Operation,
    pub subresource: Option<Subresource>,
}

/// One entry of `metadata.managedFields`.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    manager: String,
    operation: Operation,
    api_version: String,
    time: Option<String>,
    subresource: String,
    fields: FieldSet,
}

impl Entry {
    fn belongs_to(&self, manager: &Manager) -> bool {
        self.manager == manager.name
            && self.operation == manager.operation
            && self.subresource == manager.subresource.map_or("", Subresource::path)
    }

    /// Upstream: `managedfields/internal/conflict.go`, `printManager`.
    fn describe(&self) -> String {
        let mut text = format!("{:?}", self.manager);
        if !self.subresource.is_empty() {
            text.push_str(&format!(" with subresource {:?}", self.subresource));
        }
        if self.operation == Operation::Update {
            text.push_str(&format!(" using {}", self.api_version));
            if let Some(time) = &self.time {
                text.push_str(&format!(" at {time}"));
            }
        }
        text
    }
}

fn read(object: &Value) -> Vec<Entry> {
    let entries = object["metadata"]["managedFields"].as_array().into_iter().flatten();
    let text = |v: &Value| v.as_str().unwrap_or("").to_owned();
    entries
        .filter(|e| e.as_object().is_some_and(|o| !o.is_empty()))
        .map(|e| Entry {
            manager: text(&e["manager"]),
            operation: if e["operation"] == "Apply" { Operation::Apply } else { Operation::Update },
            api_version: text(&e["apiVersion"]),
            time: e["time"].as_str().map(str::to_owned),
            subresource: text(&e["subresource"]),
            fields: from_fields_v1(&e["fieldsV1"]),
        })
        .collect()
}

fn write(object: &mut Value, mut entries: Vec<Entry>) {
    entries.retain(|e| !e.fields.is_empty());
    entries.sort_by_key(|e| (e.operation == Operation::Update, e.time.clone(), e.manager.clone()));
    let list: Vec<Value> = entries
        .iter()
        .map(|e| {
            let mut entry = json!({
                "manager": e.manager,
                "operation": e.operation.name(),
                "apiVersion": e.api_version,
                "time": e.time,
                "fieldsType": "FieldsV1",
                "fieldsV1": to_fields_v1(&e.fields),
            });
            if !e.subresource.is_empty() {
                entry["subresource"] = e.subresource.as_str().into();
            }
            entry
        })
        .collect();
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.shift_remove("managedFields");
        if !list.is_empty() {
            metadata.insert("managedFields".to_owned(), list.into());
        }
    }
}

fn fresh(kind: &Kind, manager: &Manager, fields: FieldSet) -> Entry {
    Entry {
        manager: manager.name.clone(),
        operation: manager.operation,
        api_version: kind.api_version(),
        time: Some(now()),
        subresource: manager.subresource.map_or("", Subresource::path).to_owned(),
        fields,
    }
}

/// Records what a create, update or patch changed from `old` (null for a create) to `new`.
///
/// Clients may rewrite `managedFields` themselves; what they wrote is what this starts from.
pub fn record_update(kind: &Kind, old: &Value, new: &mut Value, manager: &Manager) {
    let mut entries = read(if new["metadata"]["managedFields"].is_array() { new } else { old });
    let comparison = compare(kind, old, new);
    let relevant = |path: &&Vec<String>| within(kind, manager.subresource, path);
    let changed: FieldSet = comparison.changed.iter().filter(relevant).cloned().collect();
    for entry in &mut entries {
        entry.fields.retain(|path| !comparison.removed.contains(path));
        if !entry.belongs_to(manager) {
            entry.fields.retain(|path| !changed.contains(path));
        }
    }
    if !changed.is_empty() {
        match entries.iter_mut().find(|e| e.belongs_to(manager)) {
            Some(entry) => {
                entry.fields.extend(changed);
                entry.time = Some(now());
            }
            None => entries.push(fresh(kind, manager, changed)),
        }
    }
    write(new, entries);
}

/// Applies `applied` to `live` (null when the object does not exist yet); the result has its new
/// `managedFields`.
///
/// # Errors
/// 409 naming each conflicting manager and field, unless `force`.
pub fn apply(kind: &Kind, live: &Value, applied: &Value, manager: &Manager, force: bool) -> Result<Value, ApiError> {
    let applied = without_nulls(applied);
    let owned: FieldSet =
        fields(kind, &applied).into_keys().filter(|path| within(kind, manager.subresource, path)).collect();
    let mut entries = read(live);
    if live.is_object() && entries.is_empty() {
        entries.push(before_first_apply(kind, live));
    }
    let base = if live.is_object() { live.clone() } else { json!({}) };
    let mut object = merge(kind, &base, &applied);
    let comparison = compare(kind, &base, &object);

    let conflicts = conflicts(&entries, manager, &comparison.changed);
    if !conflicts.is_empty() && !force {
        return Err(conflict_error(&conflicts));
    }
    let last = entries.iter().position(|e| e.belongs_to(manager)).map(|at| entries.remove(at));
    for entry in &mut entries {
        entry.fields.retain(|path| !comparison.changed.contains(path) && !comparison.removed.contains(path));
    }
    if let Some(last) = &last {
        prune(kind, &mut object, &last.fields, &owned, &entries);
    }
    let mut entry = fresh(kind, manager, owned);
    if let Some(last) = last.filter(|l| l.fields == entry.fields && comparison.changed.is_empty()) {
        entry.time = last.time;
    }
    entries.push(entry);
    write(&mut object, entries);
    Ok(object)
}

/// Objects that nobody's apply made are owned by whoever made them, under this name.
fn before_first_apply(kind: &Kind, live: &Value) -> Entry {
    let manager = Manager { name: "before-first-apply".to_owned(), operation: Operation::Update, subresource: None };
    let owned = fields(kind, live).into_keys().filter(|path| within(kind, None, path)).collect();
    Entry { time: live["metadata"]["creationTimestamp"].as_str().map(str::to_owned), ..fresh(kind, &manager, owned) }
}

fn conflicts<'e>(entries: &'e [Entry], manager: &Manager, changed: &FieldSet) -> Vec<(&'e Entry, Vec<String>)> {
    let others = entries.iter().filter(|e| !e.belongs_to(manager));
    others
        .map(|e| (e, e.fields.intersection(changed).map(|p| display(p)).collect::<Vec<_>>()))
        .filter(|(_, paths)| !paths.is_empty())
        .collect()
}

fn conflict_error(conflicts: &[(&Entry, Vec<String>)]) -> ApiError {
    let causes: Vec<Value> = conflicts
        .iter()
        .flat_map(|(entry, paths)| paths.iter().map(move |path| (entry, path)))
        .map(|(entry, path)| {
            json!({
                "reason": "FieldManagerConflict",
                "message": format!("conflict with {}", entry.describe()),
                "field": path,
            })
        })
        .collect();
    let message = match conflicts {
        [(entry, paths)] if paths.len() == 1 => {
            format!("Apply failed with 1 conflict: conflict with {}: {}", entry.describe(), paths[0])
        }
        many => {
            let parts = many.iter().map(|(entry, paths)| {
                let lines: Vec<String> = paths.iter().map(|p| format!("- {p}")).collect();
                format!("conflicts with {}:\n{}", entry.describe(), lines.join("\n"))
            });
            let parts: Vec<String> = parts.collect();
            format!("Apply failed with {} conflicts: {}", causes.len(), parts.join("\n"))
        }
    };
    ApiError::new(409, "Conflict", message).with_details(json!({"causes": causes}))
}

/// Takes out what the manager stated last time, states no longer, and nobody else owns.
fn prune(kind: &Kind, object: &mut Value, last: &FieldSet, owned: &FieldSet, others: &[Entry]) {
    let held = |path: &Vec<String>| {
        let holds = |set: &FieldSet| set.range(path.clone()..).next().is_some_and(|p| p.starts_with(path));
        holds(owned) || others.iter().any(|e| holds(&e.fields))
    };
    // In order of the set: an item before its fields, so that it goes as a whole.
    for path in last.iter().filter(|p| !held(p)) {
        remove(kind, object, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object_store::kinds;

    fn manager(name: &str) -> Manager {
        Manager { name: name.to_owned(), operation: Operation::Apply, subresource: None }
    }

    fn deployment(replicas: i64, images: &[(&str, &str)]) -> Value {
        let containers: Vec<Value> = images.iter().map(|(n, i)| json!({"name": n, "image": i})).collect();
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "a"},
            "spec": {"replicas": replicas, "template": {"spec": {"containers": containers}}},
        })
    }

    #[test]
    fn two_managers_conflict_and_force_takes_over() {
        let first = apply(&kinds::DEPLOYMENT, &Value::Null, &deployment(2, &[("app", "a:1")]), &manager("one"), false);
        let live = first.unwrap();
        let error = apply(&kinds::DEPLOYMENT, &live, &deployment(3, &[("app", "a:2")]), &manager("two"), false);
        let error = error.unwrap_err();
        assert_eq!(error.code, 409);
        assert_eq!(
            error.message,
            "Apply failed with 2 conflicts: conflicts with \"one\":\n- .spec.replicas\n- .spec.template.spec.containers[name=\"app\"].image"
        );
        let causes = error.details.unwrap()["causes"].clone();
        assert_eq!(causes[0]["reason"], "FieldManagerConflict");
        assert_eq!(causes[0]["field"], ".spec.replicas");

        let forced = apply(&kinds::DEPLOYMENT, &live, &deployment(3, &[("app", "a:2")]), &manager("two"), true);
        let forced = forced.unwrap();
        assert_eq!(forced["spec"]["replicas"], 3);
        let owners = |object: &Value, who: &str| {
            let entry = read(object).into_iter().find(|e| e.manager == who).unwrap();
            entry.fields.iter().map(|p| display(p)).collect::<Vec<_>>()
        };
        assert!(owners(&forced, "two").contains(&".spec.replicas".to_owned()));
        assert!(!owners(&forced, "one").contains(&".spec.replicas".to_owned()));
    }

    #[test]
    fn equal_values_are_shared_and_go_when_the_last_owner_drops_them() {
        let both = deployment(2, &[("app", "a:1"), ("side", "s:1")]);
        let live = apply(&kinds::DEPLOYMENT, &Value::Null, &both, &manager("one"), false).unwrap();
        let live = apply(&kinds::DEPLOYMENT, &live, &both, &manager("two"), false).unwrap();
        let less = deployment(2, &[("app", "a:1")]);
        let live = apply(&kinds::DEPLOYMENT, &live, &less, &manager("one"), false).unwrap();
        assert_eq!(live["spec"]["template"]["spec"]["containers"].as_array().unwrap().len(), 2);
        let live = apply(&kinds::DEPLOYMENT, &live, &less, &manager("two"), false).unwrap();
        assert_eq!(live["spec"]["template"]["spec"]["containers"], less["spec"]["template"]["spec"]["containers"]);
    }

    #[test]
    fn a_repeated_apply_changes_nothing() {
        let config = deployment(2, &[("app", "a:1")]);
        let live = apply(&kinds::DEPLOYMENT, &Value::Null, &config, &manager("one"), false).unwrap();
        let again = apply(&kinds::DEPLOYMENT, &live, &config, &manager("one"), false).unwrap();
        assert_eq!(live, again);
    }

    #[test]
    fn an_update_takes_the_field_from_the_applier() {
        let config = deployment(2, &[("app", "a:1")]);
        let live = apply(&kinds::DEPLOYMENT, &Value::Null, &config, &manager("one"), false).unwrap();
        let mut scaled = live.clone();
        scaled["spec"]["replicas"] = 5.into();
        let user = Manager { name: "kubectl".to_owned(), operation: Operation::Update, subresource: None };
        record_update(&kinds::DEPLOYMENT, &live, &mut scaled, &user);
        let error = apply(&kinds::DEPLOYMENT, &scaled, &config, &manager("one"), false).unwrap_err();
        assert!(error.message.starts_with("Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1 at "));
        assert!(error.message.ends_with("Z: .spec.replicas"));
    }
}
