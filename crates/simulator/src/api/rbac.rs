//! The rules that role bindings grant a service account.

use serde_json::Value;

use super::access::Rule;
use super::cluster::ClusterApi;
use crate::object_store::kinds;

impl ClusterApi {
    /// What the bindings stored now grant the account.
    pub(super) fn bound_rules(&self, namespace: &str, name: &str) -> Vec<Rule> {
        let store = self.store();
        let mut rules = Vec::new();
        for binding in store.list(&kinds::CLUSTER_ROLE_BINDING, None).0 {
            if names(&binding, namespace, name) {
                rules.extend(self.role_rules(&binding["roleRef"], None));
            }
        }
        for binding in store.list(&kinds::ROLE_BINDING, None).0 {
            if names(&binding, namespace, name) {
                rules.extend(self.role_rules(&binding["roleRef"], binding["metadata"]["namespace"].as_str()));
            }
        }
        rules
    }

    fn role_rules(&self, role_ref: &Value, namespace: Option<&str>) -> Vec<Rule> {
        let name = role_ref["name"].as_str().unwrap_or("");
        let role = if role_ref["kind"] == "ClusterRole" {
            self.store().get(&kinds::CLUSTER_ROLE, None, name)
        } else {
            self.store().get(&kinds::ROLE, namespace, name)
        };
        let namespaces = namespace.map(|n| vec![n.to_owned()]);
        let builtin = || Some(Rule { namespaces: namespaces.clone(), ..builtin(name)? });
        match role {
            None => builtin().into_iter().collect(),
            Some(role) => {
                let rules = role["rules"].as_array().into_iter().flatten();
                rules.map(|r| rule(r, namespaces.clone())).collect()
            }
        }
    }
}

/// Roles every cluster has, in case they were not made as objects.
fn builtin(name: &str) -> Option<Rule> {
    match name {
        "cluster-admin" | "admin" | "edit" => Some(Rule::all()),
        "view" => Some(Rule { urls: Vec::new(), ..Rule::read_only() }),
        _ => None,
    }
}

fn rule(rule: &Value, namespaces: Option<Vec<String>>) -> Rule {
    let list = |field: &str| -> Vec<String> {
        let items = rule[field].as_array().into_iter().flatten();
        items.filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    let urls = if namespaces.is_none() { list("nonResourceURLs") } else { Vec::new() };
    Rule { namespaces, verbs: list("verbs"), groups: list("apiGroups"), resources: list("resources"), urls }
}

/// Whether a binding has the account among its subjects, by itself or through its groups.
fn names(binding: &Value, namespace: &str, name: &str) -> bool {
    binding["subjects"].as_array().into_iter().flatten().any(|subject| {
        let found = subject["name"].as_str().unwrap_or("");
        match subject["kind"].as_str() {
            Some("ServiceAccount") => found == name && subject["namespace"] == namespace,
            Some("User") => found == format!("system:serviceaccount:{namespace}:{name}"),
            Some("Group") => {
                matches!(found, "system:serviceaccounts" | "system:authenticated")
                    || found == format!("system:serviceaccounts:{namespace}")
            }
            _ => false,
        }
    })
}
