//! The kinds a cluster serves, one line each.

/// A second endpoint below an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subresource {
    Status,
    Scale,
    Log,
    Eviction,
    Binding,
    Token,
}

impl Subresource {
    /// The last path segment.
    pub fn path(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Scale => "scale",
            Self::Log => "log",
            Self::Eviction => "eviction",
            Self::Binding => "binding",
            Self::Token => "token",
        }
    }
}

/// Static description of a kind.
#[derive(Debug)]
pub struct Kind {
    slot: Slot,
    /// API group, empty for core.
    pub group: &'static str,
    pub version: &'static str,
    /// `Pod`.
    pub kind: &'static str,
    /// `pods`.
    pub plural: &'static str,
    /// `pod`.
    pub singular: &'static str,
    pub short_names: &'static [&'static str],
    pub namespaced: bool,
    pub subresources: &'static [Subresource],
    pub verbs: &'static [&'static str],
    pub categories: &'static [&'static str],
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.slot == other.slot
    }
}

impl Eq for Kind {}

impl Kind {
    /// Position in [`ALL`].
    pub fn index(&self) -> usize {
        self.slot as usize
    }

    /// `v1` or `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `pods` or `deployments.apps`, as error messages name it.
    pub fn qualified_resource(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// Whether the kind has this endpoint below its objects.
    pub fn has(&self, subresource: Subresource) -> bool {
        self.subresources.contains(&subresource)
    }
}

/// The kind served at `/apis/{group}/{version}/…/{plural}`, or `/api/{version}/…` for an empty group.
pub fn by_resource(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|k| k.group == group && k.version == version && k.plural == plural)
}

/// The kind named by an object's `apiVersion` and `kind`.
pub fn by_api_version(api_version: &str, kind: &str) -> Option<&'static Kind> {
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    ALL.iter().copied().find(|k| k.group == group && k.version == version && k.kind == kind)
}

const VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

macro_rules! kinds {
    ($( $id:ident: $scope:ident, $group:literal, $version:literal, $kind:literal, $plural:literal, $singular:literal,
        [$($short:literal)*], [$($sub:ident)*], [$($category:literal)*]; )*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Slot { $($id),* }

        $(
            #[doc = concat!("`", $group, "/", $version, "` ", $kind)]
            pub static $id: Kind = Kind {
                slot: Slot::$id,
                group: $group,
                version: $version,
                kind: $kind,
                plural: $plural,
                singular: $singular,
                short_names: &[$($short),*],
                namespaced: kinds!(@$scope),
                subresources: &[$(Subresource::$sub),*],
                verbs: VERBS,
                categories: &[$($category),*],
            };
        )*

        /// Every kind, in the order discovery lists them.
        pub static ALL: &[&Kind] = &[$(&$id),*];
    };
    (@namespaced) => { true };
    (@cluster) => { false };
}

#[rustfmt::skip]
kinds! {
    CONFIG_MAP: namespaced, "", "v1", "ConfigMap", "configmaps", "configmap", ["cm"], [], [];
    ENDPOINTS: namespaced, "", "v1", "Endpoints", "endpoints", "endpoints", ["ep"], [], [];
    EVENT: namespaced, "", "v1", "Event", "events", "event", ["ev"], [], [];
    LIMIT_RANGE: namespaced, "", "v1", "LimitRange", "limitranges", "limitrange", ["limits"], [], [];
    NAMESPACE: cluster, "", "v1", "Namespace", "namespaces", "namespace", ["ns"], [Status], [];
    NODE: cluster, "", "v1", "Node", "nodes", "node", ["no"], [Status], [];
    PERSISTENT_VOLUME_CLAIM: namespaced, "", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "persistentvolumeclaim", ["pvc"], [Status], [];
    PERSISTENT_VOLUME: cluster, "", "v1", "PersistentVolume", "persistentvolumes", "persistentvolume", ["pv"], [Status], [];
    POD: namespaced, "", "v1", "Pod", "pods", "pod", ["po"], [Status Log Eviction Binding], ["all"];
    RESOURCE_QUOTA: namespaced, "", "v1", "ResourceQuota", "resourcequotas", "resourcequota", ["quota"], [Status], [];
    SECRET: namespaced, "", "v1", "Secret", "secrets", "secret", [], [], [];
    SERVICE_ACCOUNT: namespaced, "", "v1", "ServiceAccount", "serviceaccounts", "serviceaccount", ["sa"], [Token], [];
    SERVICE: namespaced, "", "v1", "Service", "services", "service", ["svc"], [Status], ["all"];
    CONTROLLER_REVISION: namespaced, "apps", "v1", "ControllerRevision", "controllerrevisions", "controllerrevision", [], [], [];
    DAEMON_SET: namespaced, "apps", "v1", "DaemonSet", "daemonsets", "daemonset", ["ds"], [Status], ["all"];
    DEPLOYMENT: namespaced, "apps", "v1", "Deployment", "deployments", "deployment", ["deploy"], [Status Scale], ["all"];
    REPLICA_SET: namespaced, "apps", "v1", "ReplicaSet", "replicasets", "replicaset", ["rs"], [Status Scale], ["all"];
    STATEFUL_SET: namespaced, "apps", "v1", "StatefulSet", "statefulsets", "statefulset", ["sts"], [Status Scale], ["all"];
    HORIZONTAL_POD_AUTOSCALER: namespaced, "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "horizontalpodautoscaler", ["hpa"], [Status], ["all"];
    CRON_JOB: namespaced, "batch", "v1", "CronJob", "cronjobs", "cronjob", ["cj"], [Status], ["all"];
    JOB: namespaced, "batch", "v1", "Job", "jobs", "job", [], [Status], ["all"];
    LEASE: namespaced, "coordination.k8s.io", "v1", "Lease", "leases", "lease", [], [], [];
    EVENT_V1: namespaced, "events.k8s.io", "v1", "Event", "events", "event", ["ev"], [], [];
    INGRESS: namespaced, "networking.k8s.io", "v1", "Ingress", "ingresses", "ingress", ["ing"], [Status], [];
    NETWORK_POLICY: namespaced, "networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "networkpolicy", ["netpol"], [], [];
    POD_DISRUPTION_BUDGET: namespaced, "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "poddisruptionbudget", ["pdb"], [Status], [];
    CLUSTER_ROLE_BINDING: cluster, "rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", "clusterrolebinding", [], [], [];
    CLUSTER_ROLE: cluster, "rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "clusterrole", [], [], [];
    ROLE_BINDING: namespaced, "rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", "rolebinding", [], [], [];
    ROLE: namespaced, "rbac.authorization.k8s.io", "v1", "Role", "roles", "role", [], [], [];
    PRIORITY_CLASS: cluster, "scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "priorityclass", ["pc"], [], [];
    STORAGE_CLASS: cluster, "storage.k8s.io", "v1", "StorageClass", "storageclasses", "storageclass", ["sc"], [], [];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_both_its_names_and_holds_its_own_slot() {
        for (i, kind) in ALL.iter().enumerate() {
            assert_eq!(kind.index(), i);
            assert_eq!(by_resource(kind.group, kind.version, kind.plural), Some(*kind));
            assert_eq!(by_api_version(&kind.api_version(), kind.kind), Some(*kind));
        }
        assert_eq!(by_resource("apps", "v1beta1", "deployments"), None);
    }
}
