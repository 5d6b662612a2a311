//! The HTTP API of one cluster.
