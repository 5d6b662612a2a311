//! Placing workloads: what the form offers, what would be decided, doing it, and the decisions made.

use super::Answer;
use leptos::server;
use leptos::server_fn::codec::{GetUrl, Json};
use model::fleet::ClusterState;
use model::wire::list::Items;
use model::wire::schedule::{DecisionItem, ScheduleAnswer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A cluster one may choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusterChoice {
    pub name: String,
    pub state: ClusterState,
    pub weight: u32,
}

/// What the form offers, and the key that makes sending it twice the same as sending it once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choices {
    pub clusters: Vec<ClusterChoice>,
    pub key: String,
}

/// The form as it is filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleForm {
    pub manifests: String,
    pub namespace: String,
    pub create_namespace: bool,
    pub clusters: Vec<String>,
    pub selector: String,
    /// By cluster; what is empty stays the cluster's own.
    pub weights: BTreeMap<String, String>,
}

#[server(prefix = "/fn", endpoint = "schedule-choices", input = GetUrl)]
pub async fn read_choices() -> Answer<Choices> {
    let (engine, caller) = super::ask()?;
    let clusters = engine.clusters(&caller, None).await?.items;
    Ok(Choices {
        clusters: clusters
            .into_iter()
            .map(|cluster| ClusterChoice { name: cluster.name, state: cluster.state, weight: cluster.weight })
            .collect(),
        key: uuid::Uuid::new_v4().to_string(),
    })
}

/// What would be decided now; nothing is kept.
#[server(prefix = "/fn", endpoint = "schedule-preview", input = Json)]
pub async fn preview_schedule(form: ScheduleForm) -> Answer<ScheduleAnswer> {
    let (engine, caller) = super::ask()?;
    Ok(engine.preview(&caller, body(form)?).await?)
}

/// Decides, starts it, and goes to the decision.
#[server(prefix = "/fn", endpoint = "schedule-place")]
pub async fn place_workload(
    manifests: String,
    #[server(default)] namespace: String,
    create_namespace: Option<String>,
    #[server(default)] clusters: Vec<String>,
    #[server(default)] selector: String,
    #[server(default)] weights: BTreeMap<String, String>,
    key: String,
) -> Answer<()> {
    let (engine, caller) = super::ask()?;
    let create_namespace = create_namespace.is_some();
    let form = ScheduleForm { manifests, namespace, create_namespace, clusters, selector, weights };
    let kept = form.clone();
    let placed = async {
        let request = engine::schedule::ScheduleRequest::from_body(body(form)?)?;
        engine.schedule(&caller, request, model::wire::schedule::DryRun::None, Some(key)).await
    };
    match placed.await {
        Ok(started) => leptos_axum::redirect(&format!("/decisions/{}", started.answer.id)),
        Err(problem) => {
            back_to_form(&kept, &problem);
            return Err(problem.into());
        }
    }
    Ok(())
}

#[cfg(feature = "ssr")]
fn body(form: ScheduleForm) -> Result<engine::schedule::RequestBody, model::wire::problem::Problem> {
    use engine::schedule::{ClusterSelection, RequestBody};
    use model::k8s::selector::LabelSelector;
    use model::wire::problem::{FieldError, Problem};
    let wrong =
        |field: String, code: &str, message: String| Problem::invalid(vec![FieldError::new(field, code, message)]);
    let selector = match form.selector.trim() {
        "" => None,
        text => Some(
            text.parse::<LabelSelector>()
                .map_err(|error| wrong("selector".into(), "bad_selector", error.to_string()))?,
        ),
    };
    let mut weights = BTreeMap::new();
    for (cluster, text) in form.weights.iter().filter(|(_, text)| !text.trim().is_empty()) {
        let weight = text.trim().parse().ok().filter(|weight: &u32| *weight <= 100).ok_or_else(|| {
            wrong(format!("weights.{cluster}"), "bad_weight", format!("{cluster}: a weight goes from 0 to 100"))
        })?;
        weights.insert(cluster.clone(), weight);
    }
    let selected = !form.clusters.is_empty() || selector.is_some();
    Ok(RequestBody {
        namespace: Some(form.namespace.trim().to_string()).filter(|text| !text.is_empty()),
        create_namespace: form.create_namespace,
        clusters: selected.then_some(ClusterSelection { names: form.clusters, selector }),
        weights,
        manifests: form.manifests,
        ..RequestBody::default()
    })
}

/// The most bytes of a form that an address carries back.
#[cfg(feature = "ssr")]
const MOST_GIVEN_BACK: usize = 24 * 1024;

/// A browser without JavaScript goes back to the form, with what was typed and what is wrong with it.
#[cfg(feature = "ssr")]
fn back_to_form(form: &ScheduleForm, problem: &model::wire::problem::Problem) {
    if !super::is_plain_form() {
        return;
    }
    let mut query = form.to_query();
    if query.len() > MOST_GIVEN_BACK {
        query.clear();
    }
    let code = crate::format::url::encode(&problem.code);
    let field = problem.fields.first().map(|field| crate::format::url::encode(&field.path)).unwrap_or_default();
    leptos_axum::redirect(&format!("/schedule?problem={code}&field={field}&{query}"));
}

impl ScheduleForm {
    /// The form as an address has it: what a plain form would send.
    pub fn to_query(&self) -> String {
        let mut pairs =
            vec![("manifests".to_string(), self.manifests.clone()), ("namespace".into(), self.namespace.clone())];
        if self.create_namespace {
            pairs.push(("create_namespace".into(), "true".into()));
        }
        pairs.extend(self.clusters.iter().map(|name| ("clusters[]".to_string(), name.clone())));
        pairs.push(("selector".into(), self.selector.clone()));
        pairs.extend(self.weights.iter().map(|(name, weight)| (format!("weights[{name}]"), weight.clone())));
        let pairs: Vec<String> = pairs
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| format!("{}={}", crate::format::url::encode(key), crate::format::url::encode(value)))
            .collect();
        pairs.join("&")
    }

    /// Undoes [`ScheduleForm::to_query`]; other keys are left alone.
    pub fn from_pairs(pairs: impl Iterator<Item = (String, String)>) -> ScheduleForm {
        let mut form = ScheduleForm::default();
        for (key, value) in pairs {
            match key.as_str() {
                "manifests" => form.manifests = value,
                "namespace" => form.namespace = value,
                "create_namespace" => form.create_namespace = true,
                "clusters[]" => form.clusters.push(value),
                "selector" => form.selector = value,
                other => {
                    if let Some(name) = other.strip_prefix("weights[").and_then(|rest| rest.strip_suffix(']')) {
                        form.weights.insert(name.to_string(), value);
                    }
                }
            }
        }
        form
    }
}

/// Filters of the list; an empty text filters nothing.
#[server(prefix = "/fn", endpoint = "decisions", input = GetUrl)]
pub async fn list_decisions(
    outcome: String,
    cluster: String,
    q: String,
    cursor: String,
) -> Answer<Items<DecisionItem>> {
    use engine::schedule::DecisionQuery;
    use model::wire::schedule::Outcome;
    let (engine, caller) = super::ask()?;
    let query = DecisionQuery {
        outcome: Outcome::parse(&outcome),
        cluster: super::given(cluster),
        q: super::given(q),
        limit: super::PAGE,
        cursor: super::given(cursor),
    };
    Ok(engine.decisions(&caller, query).await?)
}

#[server(prefix = "/fn", endpoint = "decision", input = GetUrl)]
pub async fn read_decision(id: String) -> Answer<ScheduleAnswer> {
    let (engine, caller) = super::ask()?;
    Ok(engine.decision(&caller, &id).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::url::pairs;

    #[test]
    fn a_form_survives_its_address() {
        let form = ScheduleForm {
            manifests: "kind: Deployment\nmetadata: {name: \"a&b=c\"}\n".into(),
            namespace: "shop".into(),
            create_namespace: true,
            clusters: vec!["sh".into(), "bj".into()],
            selector: "env in (prod)".into(),
            weights: BTreeMap::from([("sh".into(), "2".into())]),
        };
        assert_eq!(ScheduleForm::from_pairs(pairs(&form.to_query())), form);
        assert_eq!(ScheduleForm::from_pairs(pairs("")), ScheduleForm::default());
    }
}
