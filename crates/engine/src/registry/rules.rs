//! The rules for what is said of a cluster. Every broken one is told, not just the first.

use model::k8s::selector::{is_label_key, is_label_value};
use model::k8s::taint::Taint;
use model::wire::cluster::MetricsSources;
use model::wire::problem::{FieldError, Problem};
use runtime::egress::{TargetKind, TargetPolicy};
use std::collections::BTreeMap;

/// Enough for any ratio that people think in.
const MAX_WEIGHT: u32 = 1000;
const MAX_LABELS: usize = 64;
const MAX_NAMESPACES: usize = 200;

/// Collects broken rules.
#[derive(Default)]
pub(super) struct Rules {
    broken: Vec<FieldError>,
}

impl Rules {
    pub(super) fn end(self) -> Result<(), Problem> {
        if self.broken.is_empty() { Ok(()) } else { Err(Problem::invalid(self.broken)) }
    }

    fn break_rule(&mut self, path: impl Into<String>, code: &str, message: impl Into<String>) {
        self.broken.push(FieldError::new(path, code, message));
    }

    pub(super) fn name(&mut self, name: &str) {
        if !is_dns_label(name) {
            let message =
                "a cluster name has 1 to 63 lower-case letters, digits or `-`, with a letter or digit at both ends";
            self.break_rule("name", "bad_name", message);
        }
    }

    pub(super) fn labels(&mut self, labels: &BTreeMap<String, String>) {
        if labels.len() > MAX_LABELS {
            self.break_rule("labels", "too_many", format!("at most {MAX_LABELS} labels"));
        }
        for (key, value) in labels {
            if !is_label_key(key) {
                self.break_rule(format!("labels.{key}"), "bad_label_key", "not a Kubernetes label key");
            } else if !is_label_value(value) {
                self.break_rule(format!("labels.{key}"), "bad_label_value", "not a Kubernetes label value");
            }
        }
    }

    pub(super) fn taints(&mut self, taints: &[Taint]) {
        for (at, taint) in taints.iter().enumerate() {
            if !is_label_key(&taint.key) {
                self.break_rule(format!("taints[{at}].key"), "bad_taint_key", "not a Kubernetes label key");
            }
            if !is_label_value(&taint.value) {
                self.break_rule(format!("taints[{at}].value"), "bad_taint_value", "not a Kubernetes label value");
            }
            if taints[..at].iter().any(|other| other.key == taint.key && other.effect == taint.effect) {
                let message = "this key stands here twice with the same effect";
                self.break_rule(format!("taints[{at}]"), "duplicate_taint", message);
            }
        }
    }

    pub(super) fn weight(&mut self, weight: u32) {
        if weight > MAX_WEIGHT {
            self.break_rule("weight", "bad_weight", format!("a weight goes from 0 to {MAX_WEIGHT}"));
        }
    }

    pub(super) fn namespaces(&mut self, namespaces: Option<&[String]>) {
        let namespaces = namespaces.unwrap_or_default();
        if namespaces.len() > MAX_NAMESPACES {
            self.break_rule("namespaces", "too_many", format!("at most {MAX_NAMESPACES} namespaces"));
        }
        for (at, name) in namespaces.iter().enumerate() {
            if !is_dns_label(name) {
                self.break_rule(format!("namespaces[{at}]"), "bad_namespace", "not a namespace name");
            }
        }
    }

    pub(super) fn metrics_sources(&mut self, sources: Option<&MetricsSources>, policy: &TargetPolicy) {
        let Some(sources) = sources else { return };
        for (field, url) in [("etcd", &sources.etcd), ("prometheus", &sources.prometheus)] {
            let path = format!("metricsSources.{field}");
            match url {
                None => {}
                Some(url) if !url.starts_with("https://") && !url.starts_with("http://") => {
                    self.break_rule(path, "bad_url", "not an http or https URL");
                }
                Some(url) => {
                    if let Err(forbidden) = policy.check_url(TargetKind::Metrics, url) {
                        self.break_rule(path, runtime::egress::TargetForbidden::CODE, forbidden.to_string());
                    }
                }
            }
        }
    }
}

/// RFC 1123.
pub(crate) fn is_dns_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let edge = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = text.as_bytes();
    (1..=63).contains(&bytes.len()) && bytes.iter().all(|b| inner(*b)) && edge(bytes.first()) && edge(bytes.last())
}
