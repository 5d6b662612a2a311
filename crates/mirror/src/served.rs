//! What a cluster serves, by its aggregated discovery.

use bytes::Bytes;
use http::Request;
use http::header::ACCEPT;
use kubeapi::client::{CallLimits, ClusterClient};
use kubeapi::listwatch::SyncError;
use model::fleet::ServedApis;
use serde::Deserialize;
use std::sync::Arc;

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                          application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

#[derive(Deserialize)]
struct Groups {
    items: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    metadata: Name,
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Default, Deserialize)]
struct Name {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    #[serde(default)]
    response_kind: ResponseKind,
}

#[derive(Default, Deserialize)]
struct ResponseKind {
    #[serde(default)]
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServerVersion {
    git_version: String,
}

pub(crate) async fn discover(client: &ClusterClient) -> Result<ServedApis, SyncError> {
    let mut served = ServedApis::default();
    for path in ["/api", "/apis"] {
        let request = Request::get(path).header(ACCEPT, AGGREGATED).body(Bytes::new());
        let request = request.map_err(|_| SyncError::BadData)?;
        let groups: Groups = client.request_json(CallLimits::LIST, request).await?;
        groups.items.iter().for_each(|group| add(group, &mut served));
    }
    Ok(served)
}

fn add(group: &Group, served: &mut ServedApis) {
    for version in &group.versions {
        let api_version: Arc<str> = match group.metadata.name.as_str() {
            "" => version.version.as_str().into(),
            name => format!("{name}/{}", version.version).into(),
        };
        let kinds = version.resources.iter().map(|resource| resource.response_kind.kind.as_str());
        let named = kinds.filter(|kind| !kind.is_empty());
        served.kinds.extend(named.map(|kind| (Arc::clone(&api_version), Arc::from(kind))));
    }
}

pub(crate) async fn version(client: &ClusterClient) -> Result<Arc<str>, SyncError> {
    let version: ServerVersion = client.get_json(CallLimits::OBJECT, "/version").await?;
    // Shown to people: a hostile server must not fill the page.
    Ok(version.git_version.chars().filter(|c| !c.is_control()).take(64).collect::<String>().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_versions_and_kinds_are_joined() {
        let groups: Groups = serde_json::from_str(
            r#"{"kind":"APIGroupDiscoveryList","items":[
                {"metadata":{"creationTimestamp":null},"versions":[{"version":"v1","resources":[
                    {"resource":"pods","responseKind":{"group":"","version":"","kind":"Pod"}},{"resource":"odd"}]}]},
                {"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[
                    {"resource":"deployments","responseKind":{"kind":"Deployment"}}]}]}]}"#,
        )
        .unwrap();
        let mut served = ServedApis::default();
        groups.items.iter().for_each(|group| add(group, &mut served));
        assert!(served.serves("v1", "Pod") && served.serves("apps/v1", "Deployment"));
        assert_eq!(served.kinds.len(), 2);
    }
}
