//! `fieldValidation=Strict`, as far as the fields right below `spec` of pods and deployments go.

use serde_json::Value;

use crate::api::status::ApiError;
use crate::object_store::{Kind, kinds};

const POD_SPEC: &[&str] = &[
    "activeDeadlineSeconds",
    "affinity",
    "automountServiceAccountToken",
    "containers",
    "dnsConfig",
    "dnsPolicy",
    "enableServiceLinks",
    "ephemeralContainers",
    "hostAliases",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostUsers",
    "hostname",
    "hostnameOverride",
    "imagePullSecrets",
    "initContainers",
    "nodeName",
    "nodeSelector",
    "os",
    "overhead",
    "preemptionPolicy",
    "priority",
    "priorityClassName",
    "readinessGates",
    "resourceClaims",
    "resources",
    "restartPolicy",
    "runtimeClassName",
    "schedulerName",
    "schedulingGates",
    "securityContext",
    "serviceAccount",
    "serviceAccountName",
    "setHostnameAsFQDN",
    "shareProcessNamespace",
    "subdomain",
    "terminationGracePeriodSeconds",
    "tolerations",
    "topologySpreadConstraints",
    "volumes",
    "workloadRef",
];

const DEPLOYMENT_SPEC: &[&str] = &[
    "minReadySeconds",
    "paused",
    "progressDeadlineSeconds",
    "replicas",
    "revisionHistoryLimit",
    "selector",
    "strategy",
    "template",
];

/// Refuses unknown fields when asked to, and a count that is no number always.
///
/// # Errors
/// 400 naming the fields.
pub fn check_fields(kind: &Kind, object: &Value, validation: Option<&str>) -> Result<(), ApiError> {
    let head = || {
        let (version, name) = (kind.version, kind.kind);
        format!("{name} in version {version:?} cannot be handled as a {name}: ")
    };
    if !matches!(validation, None | Some("Ignore" | "Warn" | "Strict")) {
        let cause =
            crate::api::Cause::unsupported("fieldValidation", &validation.into(), &["Ignore", "Strict", "Warn"]);
        return Err(ApiError::invalid("PatchOptions", "meta.k8s.io", "", &[cause]));
    }
    let replicas = &object["spec"]["replicas"];
    if kind.group == "apps" && !replicas.is_null() && !replicas.is_i64() {
        let found = if replicas.is_string() { "string" } else { "number" };
        return Err(ApiError::bad_request(format!(
            "{}json: cannot unmarshal {found} into Go struct field {}Spec.spec.replicas of type int32",
            head(),
            kind.kind
        )));
    }
    if validation != Some("Strict") {
        return Ok(());
    }
    let mut unknown = Vec::new();
    let mut check = |spec: &Value, at: &str, known: &[&str]| {
        let fields = spec.as_object().into_iter().flatten().map(|(name, _)| name);
        let strange = fields.filter(|name| !known.contains(&name.as_str()));
        unknown.extend(strange.map(|name| format!("unknown field \"{at}.{name}\"")));
    };
    if kind == &kinds::POD {
        check(&object["spec"], "spec", POD_SPEC);
    } else if kind == &kinds::DEPLOYMENT {
        check(&object["spec"], "spec", DEPLOYMENT_SPEC);
        check(&object["spec"]["template"]["spec"], "spec.template.spec", POD_SPEC);
    }
    if unknown.is_empty() {
        return Ok(());
    }
    Err(ApiError::bad_request(format!("{}strict decoding error: {}", head(), unknown.join(", "))))
}
