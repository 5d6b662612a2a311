//! Reading the body of `POST /v1/schedule`: a request, or bare Kubernetes manifests, in JSON or YAML.

use super::yaml;
use crate::fields::broken_field;
use model::fleet::DECISION_LABEL;
use model::k8s::selector::LabelSelector;
use model::k8s::taint::Toleration;
use model::wire::problem::{FieldError, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The most bytes of a body.
pub const MAX_BYTES: usize = 1 << 20;
/// The most objects one request places.
const MAX_OBJECTS: usize = 50;

/// A scheduling request as it is written down.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RequestBody {
    pub name: Option<String>,
    pub namespace: Option<String>,
    pub create_namespace: bool,
    pub profile: Option<String>,
    pub clusters: Option<ClusterSelection>,
    pub tolerations: Vec<Toleration>,
    /// Weight of each cluster, for the scorer ClusterWeight.
    pub weights: BTreeMap<String, u32>,
    pub weight_mode: WeightMode,
    pub scorers: Option<ScorerWeights>,
    pub fallback: Option<Fallback>,
    /// `10s`.
    pub max_staleness: Option<String>,
    pub explain: Explain,
    pub manifests: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ClusterSelection {
    pub names: Vec<String>,
    pub selector: Option<LabelSelector>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightMode {
    /// The better-weighted cluster wins, all else being equal.
    #[default]
    Score,
    /// Placements converge to the ratio of the weights over time.
    Share,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScorerMode {
    /// On top of the profile.
    #[default]
    Additive,
    /// In place of the profile.
    Exact,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScorerWeights {
    pub mode: ScorerMode,
    pub weights: BTreeMap<String, i64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnDeployFailure {
    /// What was applied stays, and somebody decides.
    #[default]
    Keep,
    /// What was created is deleted, and the next cluster is tried.
    Next,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Fallback {
    /// Tiers of clusters, tried in order; within a tier the best goes first.
    pub chain: Vec<Vec<String>>,
    pub max_attempts: u32,
    /// `120s`.
    pub attempt_timeout: String,
    pub on_deploy_failure: OnDeployFailure,
}

impl Default for Fallback {
    fn default() -> Self {
        Fallback {
            chain: Vec::new(),
            max_attempts: 3,
            attempt_timeout: "120s".into(),
            on_deploy_failure: OnDeployFailure::Keep,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Explain {
    #[default]
    Full,
    Summary,
    None,
}

/// A request that could be read, with its objects.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduleRequest {
    pub body: RequestBody,
    pub objects: Vec<Value>,
}

impl ScheduleRequest {
    /// Reads a body. JSON is YAML too, but JSON's own errors say more, so JSON is read as such.
    ///
    /// # Errors
    /// 413 over 1 MiB; 415 for another content type; 400 with line and column for a text that does not
    /// parse; 422 naming the field for one that breaks a rule.
    pub fn parse(content_type: &str, bytes: &[u8]) -> Result<ScheduleRequest, Problem> {
        if bytes.len() > MAX_BYTES {
            return Err(Problem::new(413, "too_large", "A scheduling request has at most 1 MiB."));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Problem::malformed("malformed", "The body is not UTF-8 text.").at(1, 1))?;
        let documents = match content_type.split(';').next().map(str::trim) {
            Some("application/json") => vec![json(text)?],
            Some("application/yaml" | "application/x-yaml" | "text/yaml" | "text/x-yaml") => yaml::documents(text)?,
            _ => {
                let detail = "Send application/json or application/yaml.";
                return Err(Problem::new(415, "unsupported_media_type", detail));
            }
        };
        Self::from_documents(documents)
    }

    /// The request of a form or a stored decision.
    ///
    /// # Errors
    /// As [`ScheduleRequest::parse`].
    pub fn from_body(body: RequestBody) -> Result<ScheduleRequest, Problem> {
        let documents = yaml::documents(&body.manifests).map_err(|mut problem| {
            problem.detail = format!("manifests: {}", problem.detail);
            problem.fields.iter_mut().for_each(|field| field.path = "manifests".into());
            problem
        })?;
        Self::with_objects(body, documents, "manifests")
    }

    fn from_documents(mut documents: Vec<Value>) -> Result<ScheduleRequest, Problem> {
        let is_request = |doc: &Value| doc.get("apiVersion").is_none() && doc.get("kind").is_none();
        match documents.as_slice() {
            [] => Err(Problem::malformed("empty", "The body is empty.").at(1, 1)),
            [only] if is_request(only) => {
                let body: RequestBody = serde_path_to_error::deserialize(documents.remove(0))
                    .map_err(|error| Problem::invalid(vec![broken_field(&error)]))?;
                Self::from_body(body)
            }
            _ => Self::with_objects(RequestBody::default(), documents, ""),
        }
    }

    fn with_objects(body: RequestBody, documents: Vec<Value>, path: &str) -> Result<ScheduleRequest, Problem> {
        let mut objects = Vec::new();
        for document in documents {
            flatten(document, &mut objects);
        }
        let problem = |code: &str, message: String| Err(Problem::invalid(vec![FieldError::new(path, code, message)]));
        if objects.is_empty() {
            return problem("manifests_required", "there is no Kubernetes object to place".into());
        }
        if objects.len() > MAX_OBJECTS {
            return problem("too_many_objects", format!("at most {MAX_OBJECTS} objects are placed together"));
        }
        for (at, object) in objects.iter().enumerate() {
            check_object(object, &format!("{path}[{at}]"))?;
        }
        Ok(ScheduleRequest { body, objects })
    }
}

/// A `List` counts as its items.
fn flatten(document: Value, objects: &mut Vec<Value>) {
    let is_list = document.get("kind").and_then(Value::as_str).is_some_and(|kind| kind == "List");
    match document {
        Value::Object(mut map) if is_list => match map.remove("items") {
            Some(Value::Array(items)) => items.into_iter().for_each(|item| flatten(item, objects)),
            _ => objects.push(Value::Object(map)),
        },
        other => objects.push(other),
    }
}

fn check_object(object: &Value, path: &str) -> Result<(), Problem> {
    let missing = |field: &str, message: &str| {
        Err(Problem::invalid(vec![FieldError::new(format!("{path}.{field}"), "required", message)]))
    };
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    if !object.is_object() {
        return missing("", "a Kubernetes object is a mapping");
    }
    if text("/apiVersion").is_none() {
        return missing("apiVersion", "every object names its apiVersion");
    }
    if text("/kind").is_none() {
        return missing("kind", "every object names its kind");
    }
    let Some(name) = text("/metadata/name") else {
        return missing("metadata.name", "every object needs a name; generateName cannot be applied twice");
    };
    if !is_path_segment(name) {
        let message = "a name has at most 253 letters, digits, dashes, dots, underscores or colons";
        return Err(Problem::invalid(vec![FieldError::new(format!("{path}.metadata.name"), "bad_name", message)]));
    }
    if object.pointer("/metadata/labels").and_then(|labels| labels.get(DECISION_LABEL)).is_some() {
        let field = FieldError::new(
            format!("{path}.metadata.labels"),
            "reserved_label",
            format!("the label {DECISION_LABEL} is set by Pilothouse"),
        );
        return Err(Problem::invalid(vec![field]));
    }
    Ok(())
}

/// What the API server takes as a name of any kind; what a kind asks beyond that, it checks itself.
fn is_path_segment(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
    name.len() <= 253 && !matches!(name, "." | "..") && name.bytes().all(known)
}

fn json(text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        // serde_json puts the position behind the message, where ours goes in front.
        let message = message.split(" at line ").next().unwrap_or_default();
        Problem::malformed("malformed", message).at(error.line(), error.column())
    })
}
