//! Pod templates of generated workloads.

use serde_json::{Value, json};

use super::catalogue::Service;
use super::nodes;

/// No pod takes more than this part of the smallest node, so that all pools are of use.
const LARGEST: i64 = 4;

/// What a pod asks for: CPU in thousandths, memory in MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ask {
    pub cpu: i64,
    pub mib: i64,
}

impl Ask {
    /// The service's own figures times a factor each, in steps that people write.
    pub(super) fn scaled(service: &Service, (cpu, memory): (f64, f64)) -> Self {
        let step = |amount: f64, step: i64| ((amount / step as f64).floor() as i64).max(1) * step;
        let largest = nodes::SPOT.share(LARGEST);
        Self {
            cpu: step(service.cpu as f64 * cpu, 10).min(largest.0),
            mib: step(service.mib as f64 * memory, 16).min(largest.1),
        }
    }
}

fn labels(service: &Service) -> Value {
    let version = service.image.rsplit(':').next().unwrap_or("latest");
    json!({
        "app.kubernetes.io/name": service.name,
        "app.kubernetes.io/instance": format!("{}-{}", service.namespace, service.name),
        "app.kubernetes.io/version": version,
        "app.kubernetes.io/part-of": service.namespace,
    })
}

/// What selects the pods of a service.
pub(super) fn selector(service: &Service) -> Value {
    json!({"matchLabels": {"app.kubernetes.io/name": service.name}})
}

/// The template; `realistic` adds environment, probes and volumes.
pub(super) fn template(service: &Service, ask: Ask, realistic: bool) -> Value {
    let mut container = json!({
        "name": service.name,
        "image": service.image,
        "ports": [{"name": "http", "containerPort": service.port, "protocol": "TCP"}],
        "resources": {
            "limits": {"memory": format!("{}Mi", ask.mib)},
            "requests": {"cpu": format!("{}m", ask.cpu), "memory": format!("{}Mi", ask.mib)},
        },
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
    });
    let mut metadata = json!({"labels": labels(service)});
    let mut spec = json!({});
    if realistic {
        metadata["annotations"] = annotations(service);
        container["env"] = env(service);
        container["volumeMounts"] = mounts();
        container["readinessProbe"] = probe();
        container["securityContext"] = json!({
            "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "runAsNonRoot": true,
            "capabilities": {"drop": ["ALL"]},
        });
        spec["volumes"] = volumes(service);
    }
    spec["containers"] = json!([container]);
    json!({"metadata": metadata, "spec": spec})
}

fn annotations(service: &Service) -> Value {
    json!({
        "prometheus.io/scrape": "true", "prometheus.io/path": "/metrics", "prometheus.io/port": service.port.to_string(),
        "checksum/config": format!("{:064x}", u128::from(service.port) * 0x9e37_79b9_7f4a_7c15),
    })
}

fn env(service: &Service) -> Value {
    let field = |name: &str, path: &str| json!({"name": name, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}});
    let mut env = vec![
        field("POD_NAME", "metadata.name"),
        field("POD_NAMESPACE", "metadata.namespace"),
        field("NODE_NAME", "spec.nodeName"),
        json!({"name": "LOG_LEVEL", "value": "info"}),
        json!({"name": "OTEL_SERVICE_NAME", "value": service.name}),
    ];
    for name in service.needs {
        let key = name.to_lowercase().replace('_', "-");
        let secret = format!("{}-secrets", service.name);
        env.push(json!({"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}));
    }
    env.into()
}

fn mounts() -> Value {
    json!([
        {"name": "config", "mountPath": "/etc/app", "readOnly": true},
        {"name": "tmp", "mountPath": "/tmp"},
        {"name": "kube-api-access", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true},
    ])
}

fn volumes(service: &Service) -> Value {
    json!([
        {"name": "config", "configMap": {"name": format!("{}-config", service.name), "defaultMode": 420}},
        {"name": "tmp", "emptyDir": {}},
        {"name": "kube-api-access", "projected": {"defaultMode": 420, "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}},
        ]}},
    ])
}

fn probe() -> Value {
    json!({
        "httpGet": {"path": "/readyz", "port": "http", "scheme": "HTTP"},
        "timeoutSeconds": 2, "periodSeconds": 5, "successThreshold": 1, "failureThreshold": 3,
    })
}
