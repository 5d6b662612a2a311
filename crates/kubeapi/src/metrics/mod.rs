//! What is read of the metrics that clusters export.

mod exposition;
mod histogram;
mod scrape;

pub use exposition::{Sample, SampleReader};
pub use histogram::Buckets;
pub use scrape::{ScrapeError, scrape_etcd_leader_changes};
