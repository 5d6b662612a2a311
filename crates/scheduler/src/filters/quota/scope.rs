//! Which quotas speak of a pod; several scopes are joined by AND.

use model::k8s::pod_template::PodSpec;
use model::rows::{QuotaScope, ScopeSelectorOperator};

/// What scopes look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PodScopes<'a> {
    terminating: bool,
    best_effort: bool,
    crosses_namespaces: bool,
    priority_class: Option<&'a str>,
}

impl<'a> PodScopes<'a> {
    pub fn of(spec: &'a PodSpec) -> Self {
        PodScopes {
            terminating: spec.active_deadline_seconds.is_some_and(|seconds| seconds >= 0),
            best_effort: spec.is_best_effort(),
            crosses_namespaces: spec.affinity.pod_terms().any(|term| term.crosses_namespaces()),
            priority_class: spec.priority_class_name.as_deref().filter(|name| !name.is_empty()),
        }
    }

    pub fn matches(&self, scope: &QuotaScope) -> bool {
        match scope {
            QuotaScope::Terminating => self.terminating,
            QuotaScope::NotTerminating => !self.terminating,
            QuotaScope::BestEffort => self.best_effort,
            QuotaScope::NotBestEffort => !self.best_effort,
            QuotaScope::CrossNamespacePodAffinity => self.crosses_namespaces,
            QuotaScope::PriorityClass { operator, values } => {
                let listed = self.priority_class.is_some_and(|own| values.iter().any(|value| value.as_ref() == own));
                match operator {
                    ScopeSelectorOperator::In => listed,
                    ScopeSelectorOperator::NotIn => !listed,
                    ScopeSelectorOperator::Exists => self.priority_class.is_some(),
                    ScopeSelectorOperator::DoesNotExist => self.priority_class.is_none(),
                }
            }
        }
    }
}
