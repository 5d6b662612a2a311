//! Node selectors and affinity (upstream: `component-helpers/scheduling/corev1/nodeaffinity`).

use super::null_as_default;
use super::selector::{SelectorError, check_key, check_value};
use crate::labels::Labels;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NodeOperator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    Gt,
    Lt,
}

/// One condition on a label, or a field, of a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeRequirement {
    pub key: String,
    pub operator: NodeOperator,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub values: Vec<String>,
}

/// Conditions joined by AND. An empty term matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodeSelectorTerm {
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub match_expressions: Vec<NodeRequirement>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub match_fields: Vec<NodeRequirement>,
}

/// Terms joined by OR. Without any it matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodeSelector {
    #[serde(default, deserialize_with = "null_as_default")]
    pub node_selector_terms: Vec<NodeSelectorTerm>,
}

/// A term that is wished for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreferredSchedulingTerm {
    pub weight: i32,
    #[serde(default, deserialize_with = "null_as_default")]
    pub preference: NodeSelectorTerm,
}

impl NodeRequirement {
    fn is_valid(&self) -> bool {
        let values = self.values.as_slice();
        check_key(&self.key).is_ok()
            && match self.operator {
                NodeOperator::In | NodeOperator::NotIn => {
                    !values.is_empty() && values.iter().all(|value| check_value(&self.key, value).is_ok())
                }
                NodeOperator::Exists | NodeOperator::DoesNotExist => values.is_empty(),
                NodeOperator::Gt | NodeOperator::Lt => matches!(values, [one] if one.parse::<i64>().is_ok()),
            }
    }

    fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        let listed = || value.is_some_and(|value| self.values.iter().any(|v| v == value));
        match self.operator {
            NodeOperator::In => listed(),
            NodeOperator::NotIn => !listed(),
            NodeOperator::Exists => value.is_some(),
            NodeOperator::DoesNotExist => value.is_none(),
            NodeOperator::Gt => self.numbers(value).is_some_and(|(label, bound)| label > bound),
            NodeOperator::Lt => self.numbers(value).is_some_and(|(label, bound)| label < bound),
        }
    }

    fn numbers(&self, value: Option<&str>) -> Option<(i64, i64)> {
        Some((value?.parse().ok()?, self.values.first()?.parse().ok()?))
    }

    /// Fields are few: only `metadata.name`, with exactly one value.
    fn matches_field(&self, name: &str) -> bool {
        let [value] = self.values.as_slice() else { return false };
        match (self.key.as_str(), self.operator) {
            ("metadata.name", NodeOperator::In) => value == name,
            ("metadata.name", NodeOperator::NotIn) => value != name,
            _ => false,
        }
    }
}

impl NodeSelectorTerm {
    pub fn is_empty(&self) -> bool {
        self.match_expressions.is_empty() && self.match_fields.is_empty()
    }

    /// A term that breaks a rule, by an invalid label value in `NotIn` for one, matches nothing.
    pub fn matches(&self, name: &str, labels: &Labels) -> bool {
        !self.is_empty()
            && self.match_expressions.iter().all(|requirement| requirement.matches(labels) && requirement.is_valid())
            && self.match_fields.iter().all(|requirement| requirement.matches_field(name))
    }

    /// # Errors
    /// Names the first key or value that breaks a rule of labels.
    pub fn validate(&self) -> Result<(), SelectorError> {
        for requirement in &self.match_expressions {
            check_key(&requirement.key)?;
            requirement.values.iter().try_for_each(|value| check_value(&requirement.key, value))?;
            if !requirement.is_valid() {
                return Err(match requirement.operator {
                    NodeOperator::Exists | NodeOperator::DoesNotExist => {
                        SelectorError::Values { key: requirement.key.clone() }
                    }
                    _ => SelectorError::NoValues { key: requirement.key.clone() },
                });
            }
        }
        Ok(())
    }
}

impl NodeSelector {
    pub fn matches(&self, name: &str, labels: &Labels) -> bool {
        self.node_selector_terms.iter().any(|term| term.matches(name, labels))
    }
}

/// Sum of the weights of the terms that match (`nodeaffinity.go`, Score).
pub fn preferred_score(terms: &[PreferredSchedulingTerm], name: &str, labels: &Labels) -> i64 {
    terms.iter().filter(|term| term.preference.matches(name, labels)).map(|term| i64::from(term.weight)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(
        expressions: &[(&str, NodeOperator, &[&str])],
        fields: &[(&str, NodeOperator, &[&str])],
    ) -> NodeSelectorTerm {
        let read = |rows: &[(&str, NodeOperator, &[&str])]| {
            rows.iter()
                .map(|(key, operator, values)| NodeRequirement {
                    key: (*key).into(),
                    operator: *operator,
                    values: values.iter().map(|v| (*v).into()).collect(),
                })
                .collect()
        };
        NodeSelectorTerm { match_expressions: read(expressions), match_fields: read(fields) }
    }

    /// `node_affinity_test.go`, TestPodMatchesNodeSelectorAndAffinityTerms; the rows about `nodeSelector`
    /// stand beside pod templates.
    #[test]
    fn matches_as_upstream() {
        use NodeOperator::{Exists, Gt, In, NotIn};
        let name_is = |name: &'static str| term(&[], &[("metadata.name", In, Box::leak(Box::new([name])))]);
        type Row = (&'static str, Vec<NodeSelectorTerm>, &'static [(&'static str, &'static str)], bool);
        let rows: Vec<Row> = vec![
            ("In", vec![term(&[("foo", In, &["bar", "value2"])], &[])], &[("foo", "bar")], true),
            ("Gt with leading zeros", vec![term(&[("v", Gt, &["0204"])], &[])], &[("v", "0206")], true),
            ("Gt is strict", vec![term(&[("v", Gt, &["206"])], &[])], &[("v", "0206")], false),
            ("NotIn", vec![term(&[("mem-type", NotIn, &["DDR", "DDR2"])], &[])], &[("mem-type", "DDR3")], true),
            ("NotIn, absent", vec![term(&[("mem-type", NotIn, &["DDR"])], &[])], &[], true),
            ("Exists", vec![term(&[("GPU", Exists, &[])], &[])], &[("GPU", "NVIDIA-GRID-K1")], true),
            ("In, other", vec![term(&[("foo", In, &["value1", "value2"])], &[])], &[("foo", "bar")], false),
            ("no terms", vec![], &[("foo", "bar")], false),
            ("empty term", vec![term(&[], &[])], &[("foo", "bar")], false),
            (
                "Exists and NotIn",
                vec![term(&[("GPU", Exists, &[]), ("GPU", NotIn, &["AMD", "INTER"])], &[])],
                &[("GPU", "NVIDIA-GRID-K1")],
                true,
            ),
            (
                "Exists and In",
                vec![term(&[("GPU", Exists, &[]), ("GPU", In, &["AMD", "INTER"])], &[])],
                &[("GPU", "NVIDIA-GRID-K1")],
                false,
            ),
            (
                "terms are joined by OR",
                vec![term(&[("foo", In, &["bar", "value2"])], &[]), term(&[("diffkey", In, &["wrong"])], &[])],
                &[("foo", "bar")],
                true,
            ),
            (
                "an invalid value spoils NotIn",
                vec![term(&[("foo", NotIn, &["invalid value: ___@#$%^"])], &[])],
                &[("foo", "bar")],
                false,
            ),
            ("field", vec![name_is("node_1")], &[], true),
            ("field, other", vec![name_is("node_2")], &[], false),
            (
                "field no, expression yes, two terms",
                vec![name_is("node_2"), term(&[("foo", In, &["bar"])], &[])],
                &[("foo", "bar")],
                true,
            ),
            (
                "field no, expression yes, one term",
                vec![term(&[("foo", In, &["bar"])], &[("metadata.name", In, &["node_2"])])],
                &[("foo", "bar")],
                false,
            ),
            (
                "both",
                vec![term(&[("foo", In, &["bar"])], &[("metadata.name", In, &["node_1"])])],
                &[("foo", "bar")],
                true,
            ),
            (
                "two terms, both no",
                vec![name_is("node_2"), term(&[("foo", In, &["not-match"])], &[])],
                &[("foo", "bar")],
                false,
            ),
        ];
        for (what, node_selector_terms, labels, want) in rows {
            let labels: Labels = labels.iter().copied().collect();
            assert_eq!(NodeSelector { node_selector_terms }.matches("node_1", &labels), want, "{what}");
        }
    }

    /// `nodeaffinity_test.go`, TestPreferredSchedulingTermsScore.
    #[test]
    fn weighs_preferred_terms() {
        let preferred = |weight, key: &str, value: &str| PreferredSchedulingTerm {
            weight,
            preference: term(&[(key, NodeOperator::In, &[value])], &[]),
        };
        let terms = [preferred(5, "a", "1"), preferred(7, "a", "2"), preferred(11, "b", "1"), preferred(0, "a", "1")];
        let labels: Labels = [("a", "1"), ("b", "1")].into_iter().collect();
        assert_eq!(preferred_score(&terms, "n", &labels), 16);
    }
}
