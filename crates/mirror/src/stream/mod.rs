//! One kind of one cluster (and namespace): a task that owns the rows, and what it publishes.

mod cell;
mod keeper;
mod kept;
mod life;
mod retention;
mod saving;
mod task;

pub(crate) use cell::{Published, StreamCell};
pub(crate) use kept::{Kept, SideContext};
pub(crate) use life::{Life, Sync};
pub(crate) use task::{Restored, StreamTask, run};
