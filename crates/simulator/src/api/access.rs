//! Who asks, and what they may do.

use std::sync::Arc;

use http::{HeaderMap, header};
use serde_json::{Value, json};

use super::cluster::ClusterApi;
use super::request::Target;
use super::status::{ApiError, details};

/// A user as authentication found it.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    pub username: String,
    pub groups: Vec<String>,
    pub rules: Vec<Rule>,
}

/// What a user may do; `*` matches all.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Namespaces it holds in; `None` is everywhere, cluster-wide objects included.
    pub namespaces: Option<Vec<String>>,
    pub verbs: Vec<String>,
    pub groups: Vec<String>,
    /// `pods`, `pods/log`, `*`.
    pub resources: Vec<String>,
    /// Paths such as `/metrics` or `/healthz/*`.
    pub urls: Vec<String>,
}

fn owned(items: &[&str]) -> Vec<String> {
    items.iter().map(|s| (*s).to_owned()).collect()
}

impl Rule {
    /// Everything, as `cluster-admin`.
    pub fn all() -> Self {
        Self {
            namespaces: None,
            verbs: owned(&["*"]),
            groups: owned(&["*"]),
            resources: owned(&["*"]),
            urls: owned(&["*"]),
        }
    }

    /// Look at everything, change nothing.
    pub fn read_only() -> Self {
        Self { verbs: owned(&["get", "list", "watch"]), ..Self::all() }
    }

    /// Everything within some namespaces.
    pub fn namespaces(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { namespaces: Some(names.into_iter().map(Into::into).collect()), urls: Vec::new(), ..Self::all() }
    }

    fn allows(&self, ask: &Attributes<'_>) -> bool {
        let has = |list: &[String], wanted: &str| list.iter().any(|x| x == "*" || x == wanted);
        if !has(&self.verbs, ask.verb) {
            return false;
        }
        if let Some(path) = ask.path {
            return self.urls.iter().any(|u| match u.strip_suffix('*') {
                Some(prefix) => path.starts_with(prefix),
                None => u == path,
            });
        }
        let resource = ask.full_resource();
        let any_sub = format!("*/{}", ask.subresource);
        has(&self.groups, ask.group)
            && (has(&self.resources, &resource) || self.resources.contains(&any_sub))
            && match &self.namespaces {
                None => true,
                Some(names) => ask.namespace.is_some_and(|n| names.iter().any(|x| x == n)),
            }
    }

    /// As `SelfSubjectRulesReview` shows it.
    fn resource_rule(&self) -> Value {
        json!({"verbs": self.verbs, "apiGroups": self.groups, "resources": self.resources})
    }
}

/// One question to the authoriser.
#[derive(Debug, Clone, Copy, Default)]
pub struct Attributes<'a> {
    pub verb: &'a str,
    pub group: &'a str,
    /// `pods`.
    pub resource: &'a str,
    /// `log`, or empty.
    pub subresource: &'a str,
    pub namespace: Option<&'a str>,
    pub name: &'a str,
    /// Set for non-resource requests.
    pub path: Option<&'a str>,
}

impl Attributes<'_> {
    /// `pods/log`.
    fn full_resource(&self) -> String {
        match self.subresource {
            "" => self.resource.to_owned(),
            sub => format!("{}/{sub}", self.resource),
        }
    }
}

/// Readable without a token, as `system:public-info-viewer` grants.
const PUBLIC: &[&str] = &["/healthz", "/livez", "/readyz", "/version"];

/// Readable by every authenticated user, as `system:discovery` grants.
const DISCOVERY: &[&str] = &["/api", "/apis", "/openapi", "/healthz", "/livez", "/readyz", "/version"];

fn below(prefixes: &[&str], path: &str) -> bool {
    prefixes.iter().any(|p| path.strip_prefix(p).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

impl Identity {
    /// A user in `system:authenticated` with one rule.
    pub fn user(name: impl Into<String>, rule: Rule) -> Self {
        Self { username: name.into(), groups: owned(&["system:authenticated"]), rules: vec![rule] }
    }

    /// `cluster-admin` in `system:masters`.
    pub fn admin() -> Self {
        Self { groups: owned(&["system:masters", "system:authenticated"]), ..Self::user("admin", Rule::all()) }
    }

    pub(super) fn anonymous() -> Self {
        Self { username: "system:anonymous".to_owned(), groups: owned(&["system:unauthenticated"]), rules: Vec::new() }
    }

    pub(super) fn service_account(namespace: &str, name: &str, rules: Vec<Rule>) -> Self {
        Self {
            username: format!("system:serviceaccount:{namespace}:{name}"),
            groups: vec![
                "system:serviceaccounts".to_owned(),
                format!("system:serviceaccounts:{namespace}"),
                "system:authenticated".to_owned(),
            ],
            rules,
        }
    }

    pub fn may(&self, ask: &Attributes<'_>) -> bool {
        if let Some(path) = ask.path {
            let authenticated = self.groups.iter().any(|g| g == "system:authenticated");
            let open = if authenticated { DISCOVERY } else { PUBLIC };
            if ask.verb == "get" && below(open, path) {
                return true;
            }
        }
        let own_review = ask.verb == "create"
            && matches!(ask.resource, "selfsubjectaccessreviews" | "selfsubjectrulesreviews" | "selfsubjectreviews");
        own_review || self.rules.iter().any(|r| r.allows(ask))
    }

    /// The rules that hold in a namespace, for `SelfSubjectRulesReview`.
    pub(super) fn rules_in(&self, namespace: &str) -> (Vec<Value>, Vec<Value>) {
        let holds = |r: &&Rule| r.namespaces.as_ref().is_none_or(|names| names.iter().any(|n| n == namespace));
        let resources = self.rules.iter().filter(holds).map(Rule::resource_rule);
        let urls = self
            .rules
            .iter()
            .filter(|r| !r.urls.is_empty())
            .map(|r| json!({"verbs": r.verbs, "nonResourceURLs": r.urls}));
        let discovery = json!({"verbs": ["get"], "nonResourceURLs": DISCOVERY});
        (resources.collect(), urls.chain([discovery]).collect())
    }

    pub(super) fn user_info(&self) -> Value {
        json!({"username": self.username, "groups": self.groups})
    }
}

/// Finds the user of a request: an [`Identity`] a listener set from a client certificate, or a bearer token.
///
/// # Errors
/// 401 for a missing or unknown token, except on the public paths.
pub(super) fn authenticate(
    cluster: &ClusterApi,
    headers: &HeaderMap,
    certificate: Option<&Arc<Identity>>,
    path: &str,
) -> Result<Arc<Identity>, ApiError> {
    if let Some(identity) = certificate {
        return Ok(Arc::clone(identity));
    }
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    match token {
        Some(token) => cluster.identity(token).ok_or_else(ApiError::unauthorized),
        None if below(PUBLIC, path) => Ok(Arc::new(Identity::anonymous())),
        None => Err(ApiError::unauthorized()),
    }
}

/// Checks one request.
///
/// # Errors
/// 403 in the API server's words.
pub(super) fn authorize(user: &Identity, verb: &str, target: &Target, path: &str) -> Result<(), ApiError> {
    match target {
        Target::NonResource => {
            let ask = Attributes { verb, path: Some(path), ..Attributes::default() };
            if user.may(&ask) {
                return Ok(());
            }
            let message = format!("forbidden: User {:?} cannot {verb} path {path:?}", user.username);
            Err(ApiError::new(403, "Forbidden", message).with_details(json!({})))
        }
        Target::Review { resource, namespace } => {
            let plural = resource.plural();
            let ask = Attributes {
                verb,
                group: resource.group(),
                resource: &plural,
                namespace: namespace.as_deref(),
                ..Attributes::default()
            };
            require(user, &ask)
        }
        Target::Resource(path) => {
            // A namespace is judged within itself, as RBAC does.
            let namespace = match path.kind.plural {
                "namespaces" => path.name.as_deref(),
                _ => path.namespace(),
            };
            let ask = Attributes {
                verb,
                group: path.kind.group,
                resource: path.kind.plural,
                subresource: path.subresource.map_or("", |s| s.path()),
                namespace,
                name: path.name.as_deref().unwrap_or(""),
                path: None,
            };
            require(user, &ask)
        }
    }
}

fn require(user: &Identity, ask: &Attributes<'_>) -> Result<(), ApiError> {
    if user.may(ask) {
        return Ok(());
    }
    let plural = ask.resource;
    let qualified = match ask.group {
        "" => plural.to_owned(),
        group => format!("{plural}.{group}"),
    };
    let subject = match ask.name {
        "" => qualified,
        name => format!("{qualified} {name:?}"),
    };
    let place = match ask.namespace {
        Some(namespace) => format!("in the namespace {namespace:?}"),
        None => "at the cluster scope".to_owned(),
    };
    let message = format!(
        "{subject} is forbidden: User {:?} cannot {} resource {:?} in API group {:?} {place}",
        user.username,
        ask.verb,
        ask.full_resource(),
        ask.group
    );
    Err(ApiError::new(403, "Forbidden", message).with_details(details(ask.group, plural, ask.name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::request;

    #[test]
    fn rules_decide_and_refusals_read_as_the_api_server_writes_them() {
        let team = Identity::user("jane", Rule::namespaces(["team"]));
        let viewer = Identity::user("eve", Rule::read_only());
        let ask = |user: &Identity, verb: &str, path: &str| {
            let target = request::parse(path).unwrap();
            authorize(user, verb, &target, path).map_err(|e| e.message)
        };
        assert_eq!(ask(&team, "create", "/api/v1/namespaces/team/pods"), Ok(()));
        assert_eq!(
            ask(&team, "list", "/api/v1/pods").unwrap_err(),
            "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" at the cluster scope"
        );
        assert_eq!(
            ask(&viewer, "patch", "/apis/apps/v1/namespaces/x/deployments/web/scale").unwrap_err(),
            "deployments.apps \"web\" is forbidden: User \"eve\" cannot patch resource \"deployments/scale\" in API group \"apps\" in the namespace \"x\""
        );
        assert_eq!(ask(&team, "get", "/version"), Ok(()));
        assert_eq!(ask(&team, "get", "/metrics").unwrap_err(), "forbidden: User \"jane\" cannot get path \"/metrics\"");
        assert_eq!(ask(&viewer, "get", "/metrics"), Ok(()));
    }
}
