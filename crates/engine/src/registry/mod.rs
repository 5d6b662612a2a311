//! Member clusters.
