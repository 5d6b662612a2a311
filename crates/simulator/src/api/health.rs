use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::cluster::ApiSettings;
use super::dispatch::Call;

const CHECKS: &[&str] = &[
    "ping",
    "log",
    "etcd",
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/generic-apiserver-start-informers",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/start-service-ip-repair-controllers",
    "poststarthook/apiservice-discovery-controller",
];

/// `/healthz`, `/livez`, `/readyz` and their single checks.
pub fn serve(call: &Call, path: &str) -> Option<Response> {
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    let endpoint = parts.next().filter(|p| matches!(*p, "healthz" | "livez" | "readyz"))?;
    if let Some(check) = parts.next() {
        return CHECKS.contains(&check).then(|| "ok".into_response());
    }
    if !call.params.flag("verbose") {
        return Some("ok".into_response());
    }
    let mut text: String = CHECKS.iter().map(|c| format!("[+]{c} ok\n")).collect();
    if endpoint == "readyz" {
        text.push_str("[+]informer-sync ok\n[+]shutdown ok\n");
    }
    text.push_str(&format!("{endpoint} check passed\n"));
    Some(text.into_response())
}

/// The body of `/version`.
pub fn version(settings: &ApiSettings) -> Value {
    let plain = settings.git_version.trim_start_matches('v');
    let mut numbers = plain.split('.');
    let (major, minor) = (numbers.next().unwrap_or("1"), numbers.next().unwrap_or("0"));
    json!({
        "major": major,
        "minor": minor,
        "emulationMajor": major,
        "emulationMinor": minor,
        "minCompatibilityMajor": major,
        "minCompatibilityMinor": minor.parse::<u32>().unwrap_or(1).saturating_sub(1).to_string(),
        "gitVersion": settings.git_version,
        "gitCommit": "0000000000000000000000000000000000000000",
        "gitTreeState": "clean",
        "buildDate": "2026-08-20T00:00:00Z",
        "goVersion": "go1.26.0",
        "compiler": "gc",
        "platform": "linux/amd64",
    })
}
