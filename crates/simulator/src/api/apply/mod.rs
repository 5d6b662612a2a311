//! Server-side apply: who owns which field, and what an apply may change.
//! Upstream: `sigs.k8s.io/structured-merge-diff`, `apimachinery/pkg/util/managedfields`.

mod field_set;
mod managers;
mod merge;
mod schema;

pub use managers::{Manager, Operation, apply, record_update};
