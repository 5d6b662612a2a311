//! SLIs, alert rules, alerts, channels and deliveries.
//!
//! `start` runs the tasks: `scrape` reads metrics, `sample` turns them and the mirror into `figures`, `series` is what
//! rules are held against, `evaluate` moves alerts and `tell` writes what is to be told into the `outbox`. The rest
//! are the use cases.

mod alerts;
mod channels;
mod deliveries;
mod evaluate;
mod figures;
mod outbox;
mod query;
mod sample;
mod scrape;
mod series;
mod slis;
mod start;
mod state;
mod tell;
mod wire;

pub use channels::{ChannelUpdate, NewChannel};
pub use query::{AlertQuery, DeliveryQuery, SliQuery};
pub(crate) use state::Monitor;
