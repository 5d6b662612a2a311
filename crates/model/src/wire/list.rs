//! Lists: `{items:[…], next?}`.

use serde::{Deserialize, Serialize};

/// One page of a list. `next` is the cursor of the page after it; absent on the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Items<T> {
    pub items: Vec<T>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Items<T> {
    pub fn all(items: Vec<T>) -> Self {
        Items { items, next: None }
    }
}
