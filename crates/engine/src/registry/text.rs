//! Labels and taints as people type them into a form: one a line, or between commas.

use model::k8s::taint::Taint;
use model::wire::problem::{FieldError, Problem};
use std::collections::BTreeMap;

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', ',']).map(str::trim).filter(|piece| !piece.is_empty())
}

/// `env=prod`, one a line.
///
/// # Errors
/// 422 naming `labels`.
pub fn parse_labels(text: &str) -> Result<BTreeMap<String, String>, Problem> {
    pieces(text)
        .map(|piece| {
            let (key, value) = piece.split_once('=').ok_or_else(|| {
                Problem::invalid(vec![FieldError::new("labels", "bad_label", "write labels as key=value")])
            })?;
            Ok((key.trim().to_string(), value.trim().to_string()))
        })
        .collect()
}

/// `dedicated=gpu:NoSchedule`, one a line.
///
/// # Errors
/// 422 naming `taints`.
pub fn parse_taints(text: &str) -> Result<Vec<Taint>, Problem> {
    pieces(text)
        .map(|piece| {
            Taint::parse(piece).map_err(|_| {
                let message =
                    "write taints as key=value:NoSchedule, with the effect NoSchedule, PreferNoSchedule or NoExecute";
                Problem::invalid(vec![FieldError::new("taints", "bad_taint", message)])
            })
        })
        .collect()
}
