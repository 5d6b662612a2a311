//! Rebuilds the crate when a migration is added, which the embedding macro alone cannot notice.
#![allow(clippy::print_stdout)] // the way a build script speaks to cargo

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
