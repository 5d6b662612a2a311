//! The pages, one file or folder each, named after its address. A page reads with a resource on a server function,
//! shows it through `Loaded`, and keeps every filter in the address.

pub mod alert_rules;
pub mod alerts;
pub mod audit;
pub mod channels;
pub mod cluster;
pub mod clusters;
pub mod decision;
pub mod decisions;
pub mod deliveries;
pub mod lazy;
pub mod login;
pub mod not_found;
pub mod overview;
pub mod preferences;
pub mod resources;
pub mod schedule;
pub mod setup;
pub mod tokens;
pub mod users;
