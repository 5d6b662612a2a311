//! Kubernetes' own vocabulary: quantities, resource amounts, selectors, taints, pod templates.

pub mod affinity;
pub mod node_selector;
pub mod pod_template;
pub mod quantity;
pub mod requests;
pub mod resources;
pub mod selector;
pub mod taint;

use serde::{Deserialize, Deserializer};

/// Kubernetes reads an explicit `null` as an absent field.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
