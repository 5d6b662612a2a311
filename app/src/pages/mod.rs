//! The pages, one file or folder each, named after its address. A page reads with a resource on a server function,
//! shows it through `Loaded`, and keeps every filter in the address.

pub mod cluster;
pub mod clusters;
pub mod login;
pub mod not_found;
pub mod overview;
pub mod resources;
pub mod setup;
