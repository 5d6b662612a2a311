//! How many replicas fit into one cluster, node by node (upstream: `noderesources/fit.go`,
//! `podtopologyspread/filtering.go`, `interpodaffinity/filtering.go`).

mod cause;
mod demand;
mod request;
mod rules;
mod scan;
mod spread;
mod topology;

pub(crate) use demand::Demand;
pub(crate) use scan::{Amounts, Scan, ScanInput, scan};
