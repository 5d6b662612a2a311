//! Resource lists: `{"cpu":"250m","memory":"64Mi"}`.

use super::bad::BadObject;
use super::intern::Interner;
use super::text::Pairs;
use model::k8s::quantity::Quantity;
use model::k8s::resources::Resources;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug, Default)]
pub(crate) struct Amounts<'a>(Pairs<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Amounts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Pairs::deserialize(deserializer).map(Amounts)
    }
}

impl Amounts<'_> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, resource: &str) -> bool {
        self.0.get(resource).is_some()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name)
    }

    /// CPU in milli-cores, the rest in whole units, each rounded up.
    pub fn resources(&self) -> Result<Resources, BadObject> {
        Resources::from_quantities(self.0.iter()).map_err(|_| BadObject::Malformed("a resource quantity"))
    }

    /// One amount in whole units; None where it is absent.
    pub fn value(&self, resource: &str) -> Result<Option<i64>, BadObject> {
        let Some(text) = self.0.get(resource) else { return Ok(None) };
        Ok(Some(parse(text)?.value()))
    }

    /// Every amount in milli-units.
    pub fn milli(&self, interner: &mut Interner) -> Result<BTreeMap<Arc<str>, i128>, BadObject> {
        self.0.iter().map(|(name, text)| Ok((interner.text(name), parse(text)?.milli_i128()))).collect()
    }
}

fn parse(text: &str) -> Result<Quantity, BadObject> {
    Quantity::parse(text).map_err(|_| BadObject::Malformed("a resource quantity"))
}
