//! Kubernetes' own vocabulary: quantities, resource amounts, selectors, taints, pod templates.

pub mod pod_template;
pub mod quantity;
pub mod resources;
pub mod selector;
pub mod taint;
