//! What a fault needs to know of a request: its verb and its resource.

use http::Method;

use super::fault::Verb;

/// A request as faults see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub path: String,
    pub verb: Verb,
    pub group: String,
    pub resource: Option<String>,
    pub namespace: Option<String>,
    pub name: Option<String>,
}

impl Target {
    pub(crate) fn of(method: &Method, path: &str, query: Option<&str>) -> Self {
        let mut parts = path.trim_matches('/').split('/').filter(|part| !part.is_empty());
        let group = match parts.next() {
            Some("api") => parts.next().map(|_version| String::new()),
            Some("apis") => match (parts.next(), parts.next()) {
                (Some(group), Some(_version)) => Some(group.to_owned()),
                _ => None,
            },
            _ => None,
        };
        let rest: Vec<&str> = if group.is_some() { parts.collect() } else { Vec::new() };
        let (namespace, resource, name) = match rest.as_slice() {
            ["namespaces", namespace, resource, tail @ ..] if !matches!(*resource, "status" | "finalize") => {
                (Some(*namespace), Some(*resource), tail.first().copied())
            }
            [resource, tail @ ..] => (None, Some(*resource), tail.first().copied()),
            [] => (None, None, None),
        };
        let watching = query.is_some_and(|query| query.split('&').any(|pair| matches!(pair, "watch=true" | "watch=1")));
        let verb = match *method {
            Method::POST => Verb::Create,
            Method::PUT => Verb::Update,
            Method::PATCH => Verb::Patch,
            Method::DELETE => Verb::Delete,
            _ if watching => Verb::Watch,
            _ if resource.is_some() && name.is_none() => Verb::List,
            _ => Verb::Get,
        };
        Self {
            path: path.to_owned(),
            verb,
            group: group.unwrap_or_default(),
            resource: resource.map(str::to_owned),
            namespace: namespace.map(str::to_owned),
            name: name.map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_and_resources() {
        let cases = [
            (Method::GET, "/api/v1/pods", None, Verb::List, Some("pods"), None),
            (Method::GET, "/api/v1/pods", Some("limit=5&watch=true"), Verb::Watch, Some("pods"), None),
            (Method::GET, "/api/v1/namespaces/shop/pods/a", None, Verb::Get, Some("pods"), Some("a")),
            (Method::GET, "/api/v1/namespaces/shop", None, Verb::Get, Some("namespaces"), Some("shop")),
            (Method::PUT, "/api/v1/namespaces/shop/finalize", None, Verb::Update, Some("namespaces"), Some("shop")),
            (
                Method::PATCH,
                "/apis/apps/v1/namespaces/shop/deployments/web/scale",
                None,
                Verb::Patch,
                Some("deployments"),
                Some("web"),
            ),
            (Method::GET, "/readyz", None, Verb::Get, None, None),
            (Method::GET, "/apis/apps/v1", None, Verb::Get, None, None),
        ];
        for (method, path, query, verb, resource, name) in cases {
            let target = Target::of(&method, path, query);
            assert_eq!(
                (target.verb, target.resource.as_deref(), target.name.as_deref()),
                (verb, resource, name),
                "{path}"
            );
        }
    }
}
