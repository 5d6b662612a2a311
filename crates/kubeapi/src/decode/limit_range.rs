//! Limit ranges.

use super::Mirrored;
use super::bad::BadObject;
use super::intern::Interner;
use super::meta::Meta;
use super::quantities::Amounts;
use super::text::{Text, or_default};
use model::kinds::MirroredKind;
use model::rows::{LimitRangeItem, LimitRangeRow, LimitType};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlimLimitRange<'a> {
    #[serde(borrow)]
    metadata: Meta<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    spec: SlimSpec<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SlimSpec<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    limits: Vec<SlimItem<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SlimItem<'a> {
    #[serde(rename = "type", borrow)]
    of: Text<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    max: Amounts<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    min: Amounts<'a>,
    #[serde(rename = "default", borrow, deserialize_with = "or_default")]
    limit: Amounts<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    default_request: Amounts<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    max_limit_request_ratio: Amounts<'a>,
}

impl Mirrored for LimitRangeRow {
    const KIND: MirroredKind = MirroredKind::LimitRange;
    type Slim<'a> = SlimLimitRange<'a>;

    fn version<'s>(slim: &'s SlimLimitRange<'_>) -> &'s str {
        slim.metadata.resource_version.as_str()
    }

    fn from_slim(slim: SlimLimitRange<'_>, interner: &mut Interner) -> Result<Self, BadObject> {
        let meta = slim.metadata.row(interner)?;
        let mut items = Vec::with_capacity(slim.spec.limits.len());
        for limit in &slim.spec.limits {
            items.extend(item(limit, interner)?);
        }
        Ok(LimitRangeRow { meta, items })
    }
}

/// None for types of limits that concern neither pods nor claims.
fn item(slim: &SlimItem<'_>, interner: &mut Interner) -> Result<Option<LimitRangeItem>, BadObject> {
    let kind = match slim.of.as_str() {
        "Container" => LimitType::Container,
        "Pod" => LimitType::Pod,
        "PersistentVolumeClaim" => LimitType::PersistentVolumeClaim,
        _ => return Ok(None),
    };
    Ok(Some(LimitRangeItem {
        kind,
        max_milli: slim.max.milli(interner)?,
        min_milli: slim.min.milli(interner)?,
        default_milli: slim.limit.milli(interner)?,
        default_request_milli: slim.default_request.milli(interner)?,
        max_limit_request_ratio_milli: slim.max_limit_request_ratio.milli(interner)?,
    }))
}
