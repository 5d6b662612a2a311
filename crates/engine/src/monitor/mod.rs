//! SLIs, alert rules, alerts, channels and deliveries.

mod alerts;
mod channels;
mod deliveries;
mod interim;
mod query;
mod slis;
mod wire;

pub use channels::{ChannelUpdate, NewChannel};
pub use query::{AlertQuery, DeliveryQuery, SliQuery};
