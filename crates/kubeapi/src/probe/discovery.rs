//! What kinds a cluster serves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use http::Request;
use http::header::{ACCEPT, HeaderValue};
use serde::Deserialize;
use tokio::time::Instant;

use crate::client::{CallError, CallLimits, ClusterClient};

/// Aggregated discovery (Kubernetes 1.30, beta since 1.27), and the older form where a server knows only that.
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
/// Group versions read at the same time from a server without aggregated discovery.
const AT_ONCE: usize = 8;
/// An answer younger than this is not asked for again, whatever is missing in it.
const FRESH: Duration = Duration::from_secs(5);
/// An answer older than this is asked for again.
const STALE: Duration = Duration::from_secs(300);

/// How a kind is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiResource {
    /// The plural in paths.
    pub plural: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// What can be done with it.
    pub verbs: Vec<String>,
}

/// Every kind that a cluster serves, by apiVersion and kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServedApis {
    kinds: BTreeMap<(String, String), ApiResource>,
}

/// The last answer and when it came.
#[derive(Default)]
pub(crate) struct DiscoveryCache(std::sync::Mutex<Option<(Instant, Arc<ServedApis>)>>);

impl ServedApis {
    /// How `kind` of `api_version` (`v1`, `apps/v1`) is reached; `None` where it is not served.
    pub fn get(&self, api_version: &str, kind: &str) -> Option<&ApiResource> {
        self.kinds.get(&(api_version.to_owned(), kind.to_owned()))
    }

    /// Whether `kind` of `api_version` is served.
    pub fn serves(&self, api_version: &str, kind: &str) -> bool {
        self.get(api_version, kind).is_some()
    }

    /// Every kind, as apiVersion, kind, and how it is reached.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &ApiResource)> {
        self.kinds.iter().map(|((version, kind), resource)| (version.as_str(), kind.as_str(), resource))
    }

    fn add(&mut self, group: &str, version: &str, kind: String, resource: ApiResource) {
        let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        self.kinds.insert((api_version, kind), resource);
    }
}

impl ClusterClient {
    /// Asks what the cluster serves, and remembers it.
    ///
    /// # Errors
    /// [`CallError`] where the core group cannot be read; a group whose own server is down is left out.
    pub async fn served_apis(&self) -> Result<Arc<ServedApis>, CallError> {
        let mut served = ServedApis::default();
        for root in ["/api", "/apis"] {
            match self.aggregated(root).await? {
                Some(groups) => groups.add_to(&mut served),
                None => self.add_one_by_one(root, &mut served).await?,
            }
        }
        let served = Arc::new(served);
        *self.discovery_cache().lock() = Some((Instant::now(), Arc::clone(&served)));
        Ok(served)
    }

    /// How a kind is reached, from memory where that is recent enough; `None` where the cluster does not serve it.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn resolve_kind(&self, api_version: &str, kind: &str) -> Result<Option<ApiResource>, CallError> {
        let known = self.discovery_cache().lock().clone();
        if let Some((at, served)) = known {
            let found = served.get(api_version, kind);
            let good_for = if found.is_some() { STALE } else { FRESH };
            if at.elapsed() < good_for {
                return Ok(found.cloned());
            }
        }
        Ok(self.served_apis().await?.get(api_version, kind).cloned())
    }

    async fn aggregated(&self, root: &str) -> Result<Option<GroupList>, CallError> {
        let request = Request::get(root)
            .header(ACCEPT, HeaderValue::from_static(AGGREGATED))
            .body(Vec::new())
            .map_err(|_| CallError::Invalid)?;
        let groups: GroupList = self.request_json(CallLimits::LIST, request).await?;
        Ok((groups.kind == "APIGroupDiscoveryList").then_some(groups))
    }

    async fn add_one_by_one(&self, root: &str, served: &mut ServedApis) -> Result<(), CallError> {
        let versions: Vec<(String, String)> = if root == "/api" {
            vec![(String::new(), "v1".to_owned())]
        } else {
            let groups: LegacyGroups = self.get_json(CallLimits::LIST, root).await?;
            groups.groups.into_iter().flat_map(LegacyGroup::versions).collect()
        };
        let reads = versions.into_iter().map(|(group, version)| async move {
            let path = if group.is_empty() { format!("{root}/{version}") } else { format!("{root}/{group}/{version}") };
            match self.get_json::<LegacyResources>(CallLimits::OBJECT, &path).await {
                Ok(list) => Ok((group, version, list.resources)),
                // An aggregated API whose own server is down must not hide the others.
                Err(CallError::Status(_) | CallError::BadAnswer) if !group.is_empty() => {
                    Ok((group, version, Vec::new()))
                }
                Err(error) => Err(error),
            }
        });
        let lists: Vec<_> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        for (group, version, resources) in lists {
            for resource in resources.into_iter().filter(|resource| !resource.name.contains('/')) {
                let LegacyResource { name: plural, kind, namespaced, verbs } = resource;
                served.add(&group, &version, kind, ApiResource { plural, namespaced, verbs });
            }
        }
        Ok(())
    }
}

impl DiscoveryCache {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Instant, Arc<ServedApis>)>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
struct GroupList {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    items: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    metadata: GroupName,
    #[serde(default)]
    versions: Vec<GroupVersion>,
}

#[derive(Default, Deserialize)]
struct GroupName {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct GroupVersion {
    version: String,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    resource: String,
    #[serde(default)]
    response_kind: Option<ResponseKind>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    verbs: Vec<String>,
}

#[derive(Deserialize)]
struct ResponseKind {
    #[serde(default)]
    kind: String,
}

#[derive(Deserialize)]
struct LegacyGroups {
    #[serde(default)]
    groups: Vec<LegacyGroup>,
}

#[derive(Deserialize)]
struct LegacyGroup {
    name: String,
    #[serde(default)]
    versions: Vec<LegacyVersion>,
}

#[derive(Deserialize)]
struct LegacyVersion {
    version: String,
}

#[derive(Deserialize)]
struct LegacyResources {
    #[serde(default)]
    resources: Vec<LegacyResource>,
}

#[derive(Deserialize)]
struct LegacyResource {
    name: String,
    kind: String,
    #[serde(default)]
    namespaced: bool,
    #[serde(default)]
    verbs: Vec<String>,
}

impl LegacyGroup {
    fn versions(self) -> impl Iterator<Item = (String, String)> {
        self.versions.into_iter().map(move |version| (self.name.clone(), version.version))
    }
}

impl GroupList {
    fn add_to(self, served: &mut ServedApis) {
        for group in self.items {
            for version in group.versions {
                for resource in version.resources {
                    let Some(kind) = resource.response_kind.map(|kind| kind.kind).filter(|kind| !kind.is_empty())
                    else {
                        continue;
                    };
                    let namespaced = resource.scope == "Namespaced";
                    let reached = ApiResource { plural: resource.resource, namespaced, verbs: resource.verbs };
                    served.add(&group.metadata.name, &version.version, kind, reached);
                }
            }
        }
    }
}
