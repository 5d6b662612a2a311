//! Tools that the commands need and install themselves, into the user's cache folder wherever possible.

pub mod binaryen;
pub mod chromium;
pub mod go;
pub mod kubectl;
pub mod npm;
pub mod rust_source;
pub mod wasm_target;
