//! Resource quotas.

use super::Mirrored;
use super::bad::BadObject;
use super::intern::Interner;
use super::meta::Meta;
use super::quantities::Amounts;
use super::text::{Text, or_default};
use model::kinds::MirroredKind;
use model::rows::{QuotaRow, QuotaScope, ScopeSelectorOperator};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlimQuota<'a> {
    #[serde(borrow)]
    metadata: Meta<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    spec: SlimSpec<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    status: SlimStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SlimSpec<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    hard: Amounts<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    scopes: Vec<Text<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    scope_selector: Selector<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Selector<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    match_expressions: Vec<Expression<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Expression<'a> {
    #[serde(borrow)]
    scope_name: Text<'a>,
    #[serde(borrow)]
    operator: Text<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    values: Vec<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SlimStatus<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    hard: Amounts<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    used: Amounts<'a>,
}

impl Mirrored for QuotaRow {
    const KIND: MirroredKind = MirroredKind::ResourceQuota;
    type Slim<'a> = SlimQuota<'a>;

    fn version<'s>(slim: &'s SlimQuota<'_>) -> &'s str {
        slim.metadata.resource_version.as_str()
    }

    fn from_slim(slim: SlimQuota<'_>, interner: &mut Interner) -> Result<Self, BadObject> {
        let hard = if slim.status.hard.is_empty() { &slim.spec.hard } else { &slim.status.hard };
        let plain = slim.spec.scopes.iter().map(|name| plain_scope(name.as_str()));
        let expressions = slim.spec.scope_selector.match_expressions.iter();
        let mut scopes = plain.collect::<Result<Vec<_>, _>>()?;
        for expression in expressions {
            scopes.push(scope(expression, interner)?);
        }
        Ok(QuotaRow {
            hard_milli: hard.milli(interner)?,
            used_milli: slim.status.used.milli(interner)?,
            scopes,
            meta: slim.metadata.row(interner)?,
        })
    }
}

/// A quota whose scope is not understood must not be taken for one without scope.
fn plain_scope(name: &str) -> Result<QuotaScope, BadObject> {
    match name {
        "Terminating" => Ok(QuotaScope::Terminating),
        "NotTerminating" => Ok(QuotaScope::NotTerminating),
        "BestEffort" => Ok(QuotaScope::BestEffort),
        "NotBestEffort" => Ok(QuotaScope::NotBestEffort),
        "CrossNamespacePodAffinity" => Ok(QuotaScope::CrossNamespacePodAffinity),
        "PriorityClass" => {
            Ok(QuotaScope::PriorityClass { operator: ScopeSelectorOperator::Exists, values: Vec::new() })
        }
        _ => Err(BadObject::Malformed("spec.scopes")),
    }
}

fn scope(expression: &Expression<'_>, interner: &mut Interner) -> Result<QuotaScope, BadObject> {
    let name = expression.scope_name.as_str();
    if name != "PriorityClass" {
        // The API allows these with `Exists` alone.
        return plain_scope(name);
    }
    let operator = match expression.operator.as_str() {
        "In" => ScopeSelectorOperator::In,
        "NotIn" => ScopeSelectorOperator::NotIn,
        "Exists" => ScopeSelectorOperator::Exists,
        "DoesNotExist" => ScopeSelectorOperator::DoesNotExist,
        _ => return Err(BadObject::Malformed("spec.scopeSelector")),
    };
    let values = expression.values.iter().map(|value| interner.text(value.as_str())).collect();
    Ok(QuotaScope::PriorityClass { operator, values })
}
