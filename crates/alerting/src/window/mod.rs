//! Sliding windows over observations. Times are milliseconds since the Unix epoch; a clock that is set back by more
//! than a window's length empties it.

mod counter;
mod outcomes;
mod recent;

pub use counter::CounterWindow;
pub use outcomes::Outcomes;
pub use recent::Recent;
