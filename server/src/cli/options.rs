//! Every option, with the environment variable beside it.

use clap::Args;
use ipnet::IpNet;
use runtime::egress::AllowTarget;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where the state lives; belongs to every command.
#[derive(Args, Clone, Debug)]
pub struct DataDir {
    /// Where the database and the master key live. Without it `pilothouse-data`; `demo` takes a new
    /// temporary directory instead.
    #[arg(long, env = "PILOTHOUSE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
}

impl DataDir {
    pub fn path(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(|| PathBuf::from("pilothouse-data"))
    }
}

#[derive(Args, Clone, Debug)]
pub struct ServeOptions {
    #[command(flatten)]
    pub data: DataDir,

    /// The address to listen on.
    #[arg(long, env = "PILOTHOUSE_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Register the current context of this kubeconfig at start, if its cluster is not there yet.
    #[arg(long, env = "PILOTHOUSE_IMPORT_KUBECONFIG", value_name = "FILE")]
    pub import_kubeconfig: Option<PathBuf>,

    /// Loopback, link-local and metadata addresses that may be reached all the same.
    #[arg(long = "allow-target", env = "PILOTHOUSE_ALLOW_TARGETS", value_name = "CIDR[:PORT]", value_delimiter = ',')]
    pub allow_targets: Vec<AllowTarget>,

    /// How people reach this server: decides Secure cookies, the accepted Origin and Host, and links in alerts.
    #[arg(long, env = "PILOTHOUSE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Serve TLS with this certificate chain (PEM).
    #[arg(long, env = "PILOTHOUSE_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// The certificate's private key (PEM).
    #[arg(long, env = "PILOTHOUSE_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// Proxies whose forwarding headers count.
    #[arg(long = "trusted-proxy", env = "PILOTHOUSE_TRUSTED_PROXIES", value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,

    /// Serve /metrics without sign-in on a listener of its own.
    #[arg(long, env = "PILOTHOUSE_METRICS_LISTEN", value_name = "ADDR")]
    pub metrics_listen: Option<SocketAddr>,
}

#[derive(Args, Clone, Debug)]
pub struct DemoOptions {
    #[command(flatten)]
    pub serve: ServeOptions,

    /// How many clusters.
    #[arg(long, env = "PILOTHOUSE_CLUSTERS", default_value_t = 3)]
    pub clusters: usize,

    /// Nodes in each cluster.
    #[arg(long, env = "PILOTHOUSE_NODES", default_value_t = 20)]
    pub nodes: usize,

    /// Pods in each cluster.
    #[arg(long, env = "PILOTHOUSE_PODS", default_value_t = 300)]
    pub pods: usize,

    /// The same seed makes the same clusters.
    #[arg(long, env = "PILOTHOUSE_SEED", default_value_t = 1)]
    pub seed: u64,
}
