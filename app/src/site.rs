//! What the server tells the shell about this installation.

/// Addresses of the stylesheet, the script and the WebAssembly module; the server provides them as context where it has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    pub css: String,
    pub js: String,
    pub wasm: String,
}

/// Facts about this installation that pages show; the server provides them as context where it has any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteInfo {
    /// Where Prometheus finds our metrics, when a browser can reach it.
    pub metrics_url: Option<String>,
    /// Our own version.
    pub version: String,
}
