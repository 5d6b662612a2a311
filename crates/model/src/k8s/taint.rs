//! Taints and tolerations (upstream: `api/core/v1/toleration.go`, `plugins/tainttoleration`).

use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Effect {
    NoSchedule,
    PreferNoSchedule,
    NoExecute,
}

impl Effect {
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::NoSchedule => "NoSchedule",
            Effect::PreferNoSchedule => "PreferNoSchedule",
            Effect::NoExecute => "NoExecute",
        }
    }

    /// Whether an untolerated taint of this effect keeps pods away.
    pub fn is_hard(self) -> bool {
        self != Effect::PreferNoSchedule
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A taint of a node, or of a cluster. Keyed by (key, effect): a node may carry one key with two effects.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Taint {
    pub key: String,
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "super::null_as_default")]
    pub value: String,
    pub effect: Effect,
}

/// Why a text is no taint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaintError {
    #[error("a taint is written key=value:Effect or key:Effect")]
    Malformed,
    #[error("{0:?} is not an effect: NoSchedule, PreferNoSchedule or NoExecute")]
    Effect(String),
    #[error("{0:?} is not a valid label key")]
    Key(String),
    #[error("{0:?} is not a valid label value")]
    Value(String),
}

impl Taint {
    /// Reads `key=value:NoSchedule` or `key:NoSchedule`, as kubectl writes taints.
    ///
    /// # Errors
    /// Names the part that is wrong.
    pub fn parse(text: &str) -> Result<Taint, TaintError> {
        let (pair, effect) = text.rsplit_once(':').ok_or(TaintError::Malformed)?;
        let effect = match effect {
            "NoSchedule" => Effect::NoSchedule,
            "PreferNoSchedule" => Effect::PreferNoSchedule,
            "NoExecute" => Effect::NoExecute,
            other => return Err(TaintError::Effect(other.chars().take(64).collect())),
        };
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !super::selector::is_label_key(key) {
            return Err(TaintError::Key(key.chars().take(64).collect()));
        }
        if !super::selector::is_label_value(value) {
            return Err(TaintError::Value(value.chars().take(64).collect()));
        }
        Ok(Taint { key: key.to_owned(), value: value.to_owned(), effect })
    }
}

impl fmt::Display for Taint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value.as_str() {
            "" => write!(f, "{}:{}", self.key, self.effect),
            value => write!(f, "{}={value}:{}", self.key, self.effect),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TolerationOperator {
    #[default]
    Equal,
    Exists,
    /// The taint's value is less than the toleration's, both whole numbers.
    Lt,
    /// The taint's value is greater than the toleration's, both whole numbers.
    Gt,
}

/// What a pod, or a request to place one, puts up with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Toleration {
    /// Empty with `Exists`: every key.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "super::null_as_default")]
    pub key: String,
    #[serde(default, deserialize_with = "operator")]
    pub operator: TolerationOperator,
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "super::null_as_default")]
    pub value: String,
    /// None: every effect.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "effect")]
    pub effect: Option<Effect>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toleration_seconds: Option<i64>,
}

/// An empty operator means `Equal`.
fn operator<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<TolerationOperator, D::Error> {
    match Option::<String>::deserialize(deserializer)?.as_deref() {
        None | Some("" | "Equal") => Ok(TolerationOperator::Equal),
        Some("Exists") => Ok(TolerationOperator::Exists),
        Some("Lt") => Ok(TolerationOperator::Lt),
        Some("Gt") => Ok(TolerationOperator::Gt),
        Some(other) => Err(serde::de::Error::unknown_variant(other, &["Equal", "Exists", "Lt", "Gt"])),
    }
}

/// An empty effect means every effect.
fn effect<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Effect>, D::Error> {
    match Option::<String>::deserialize(deserializer)?.as_deref() {
        None | Some("") => Ok(None),
        Some("NoSchedule") => Ok(Some(Effect::NoSchedule)),
        Some("PreferNoSchedule") => Ok(Some(Effect::PreferNoSchedule)),
        Some("NoExecute") => Ok(Some(Effect::NoExecute)),
        Some(other) => Err(serde::de::Error::unknown_variant(other, &["NoSchedule", "PreferNoSchedule", "NoExecute"])),
    }
}

impl Toleration {
    pub fn tolerates(&self, taint: &Taint) -> bool {
        if self.effect.is_some_and(|effect| effect != taint.effect) {
            return false;
        }
        if self.key.is_empty() {
            return self.operator == TolerationOperator::Exists;
        }
        if self.key != taint.key {
            return false;
        }
        match self.operator {
            TolerationOperator::Equal => self.value == taint.value,
            TolerationOperator::Exists => true,
            TolerationOperator::Lt => compare(taint, self).is_some_and(|(taint, own)| taint < own),
            TolerationOperator::Gt => compare(taint, self).is_some_and(|(taint, own)| taint > own),
        }
    }
}

fn compare(taint: &Taint, toleration: &Toleration) -> Option<(i64, i64)> {
    Some((strict_decimal(&taint.value)?, strict_decimal(&toleration.value)?))
}

/// A whole number in its only spelling: no plus sign, no leading zeros.
fn strict_decimal(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    (digits.starts_with(|c: char| c.is_ascii_digit()) && (digits == "0" && text == "0" || !digits.starts_with('0')))
        .then_some(number)
}

fn tolerated(taint: &Taint, tolerations: &[Toleration]) -> bool {
    tolerations.iter().any(|toleration| toleration.tolerates(taint))
}

/// The first taint that keeps a pod away: `NoSchedule` or `NoExecute`, and not tolerated.
pub fn first_untolerated<'a>(taints: &'a [Taint], tolerations: &[Toleration]) -> Option<&'a Taint> {
    taints.iter().find(|taint| taint.effect.is_hard() && !tolerated(taint, tolerations))
}

/// How many `PreferNoSchedule` taints are not tolerated (`taint_toleration.go`, Score).
pub fn count_untolerated_preferences(taints: &[Taint], tolerations: &[Toleration]) -> i64 {
    taints.iter().filter(|taint| taint.effect == Effect::PreferNoSchedule && !tolerated(taint, tolerations)).count()
        as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taint(text: &str) -> Taint {
        Taint::parse(text).unwrap()
    }

    fn toleration(key: &str, operator: TolerationOperator, value: &str, effect: Option<Effect>) -> Toleration {
        Toleration { key: key.into(), operator, value: value.into(), effect, toleration_seconds: None }
    }

    /// `taint_toleration_test.go`, TestTaintTolerationFilter.
    #[test]
    fn filters_as_upstream() {
        use Effect::{NoSchedule, PreferNoSchedule};
        use TolerationOperator::{Equal, Exists, Gt, Lt};
        let t = toleration;
        let rows: Vec<(Vec<Toleration>, &[&str], bool)> = vec![
            (vec![], &["dedicated=user1:NoSchedule"], false),
            (vec![t("dedicated", Equal, "user1", Some(NoSchedule))], &["dedicated=user1:NoSchedule"], true),
            (vec![t("dedicated", Equal, "user2", Some(NoSchedule))], &["dedicated=user1:NoSchedule"], false),
            (vec![t("foo", Exists, "", Some(NoSchedule))], &["foo=bar:NoSchedule"], true),
            (
                vec![t("dedicated", Equal, "user2", Some(NoSchedule)), t("foo", Exists, "", Some(NoSchedule))],
                &["dedicated=user2:NoSchedule", "foo=bar:NoSchedule"],
                true,
            ),
            (vec![t("foo", Equal, "bar", Some(PreferNoSchedule))], &["foo=bar:NoSchedule"], false),
            (vec![t("foo", Equal, "bar", None)], &["foo=bar:NoSchedule"], true),
            (vec![t("dedicated", Equal, "user2", Some(NoSchedule))], &["dedicated=user1:PreferNoSchedule"], true),
            (vec![], &["dedicated=user1:PreferNoSchedule"], true),
            (vec![t("sla", Gt, "950", Some(NoSchedule))], &["sla=800:NoSchedule"], false),
            (vec![t("sla", Gt, "750", Some(NoSchedule))], &["sla=950:NoSchedule"], true),
            (vec![t("sla", Lt, "800", Some(NoSchedule))], &["sla=950:NoSchedule"], false),
            // one key, two effects: the NoExecute toleration must not hide the NoSchedule twin
            (
                vec![t("node.kubernetes.io/not-ready", Exists, "", Some(Effect::NoExecute))],
                &["node.kubernetes.io/not-ready:NoExecute", "node.kubernetes.io/not-ready:NoSchedule"],
                false,
            ),
            (vec![t("", Exists, "", None)], &["a=b:NoSchedule", "c:NoExecute"], true),
            (vec![t("", Equal, "", None)], &["a:NoSchedule"], false),
        ];
        for (row, (tolerations, taints, fits)) in rows.into_iter().enumerate() {
            let taints: Vec<_> = taints.iter().map(|text| taint(text)).collect();
            assert_eq!(first_untolerated(&taints, &tolerations).is_none(), fits, "row {row}");
        }
    }

    #[test]
    fn compares_only_strict_decimals() {
        let gt = |value| toleration("k", TolerationOperator::Gt, value, None);
        assert!(gt("5").tolerates(&taint("k=10:NoSchedule")));
        assert!(!gt("5").tolerates(&taint("k=5:NoSchedule")));
        for bad in ["high", "010", "", "0x10", "9223372036854775808"] {
            assert!(!gt("5").tolerates(&taint(&format!("k={bad}:NoSchedule"))), "{bad}");
        }
        assert!(!gt("+5").tolerates(&taint("k=10:NoSchedule")));
    }

    #[test]
    fn counts_soft_taints() {
        let taints = [taint("a=1:PreferNoSchedule"), taint("b=1:PreferNoSchedule"), taint("c=1:NoSchedule")];
        assert_eq!(count_untolerated_preferences(&taints, &[]), 2);
        let hard_only = toleration("a", TolerationOperator::Exists, "", Some(Effect::NoSchedule));
        assert_eq!(count_untolerated_preferences(&taints, &[hard_only]), 2);
        let any = toleration("a", TolerationOperator::Exists, "", None);
        assert_eq!(count_untolerated_preferences(&taints, &[any]), 1);
    }

    #[test]
    fn reads_and_writes_kubectls_form() {
        for text in ["dedicated=gpu:NoSchedule", "example.com/x:NoExecute"] {
            assert_eq!(taint(text).to_string(), text);
        }
        for bad in ["", "a", "a=b", "a=b:Nope", "=b:NoSchedule", "a=b c:NoSchedule", ":NoSchedule"] {
            assert!(Taint::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn reads_tolerations_strictly() {
        let read = |json| serde_json::from_str::<Toleration>(json);
        let default = read(r#"{"key":"a","value":"b"}"#).unwrap();
        assert_eq!((default.operator, default.effect), (TolerationOperator::Equal, None));
        assert_eq!(read(r#"{"operator":"Exists","effect":""}"#).unwrap().effect, None);
        assert!(read(r#"{"key":"a","op":"Exists"}"#).is_err());
        assert!(read(r#"{"key":"a","operator":"Maybe"}"#).is_err());
    }
}
