//! The three patches that are not apply.

mod json_patch;
mod merge;
mod strategic;

pub use json_patch::apply as json_patch;
pub use merge::apply as merge_patch;
pub use strategic::apply as strategic_merge_patch;
