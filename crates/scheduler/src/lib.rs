//! Where a workload goes: filter → score → select over clusters, with exact capacity per node.
//!
//! Everything is a pure function of its arguments: no I/O, no clock, no random source. The same ask,
//! profile, fleet, reservations and context give the same decision, byte for byte. Every filter runs on
//! every cluster and every reason is kept; missing data is never "fits".

pub mod ask;
mod capacity;
mod case;
mod decide;
mod effective;
mod filters;
pub mod profile;
mod scorers;
mod select;
mod summary;
mod text;
mod warnings;

pub use ask::{Ask, AskError, AskOptions, ClusterSelection, Exclusion, ObjectKind, WeightMode};
pub use decide::{ClusterCapacity, Context, Decision, Placement, capacity, decide};
pub use filters::FILTERS;
pub use profile::{Profile, ProfileError, ScorerMode};
pub use scorers::SCORERS;
pub use text::Text;
