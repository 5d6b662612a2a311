//! `pilothouse demo`: simulated clusters, registered and lived in, and a user to look at them with.

use crate::boot::Settings;
use crate::cli::DemoOptions;
use anyhow::Context;
use engine::Engine;
use engine::accounts::NewUser;
use engine::registry::{CredentialRequest, NewCluster, NewCredential};
use model::access::{Caller, Role};
use model::wire::cluster::MetricsSources;
use runtime::egress::AllowTarget;
use secrets::Secret;
use simulator::fleet::{Fleet, FleetSpec, SimCluster};
use std::path::PathBuf;

const USER: &str = "captain";
const PASSWORD: &str = "pilothouse demo";

/// The simulated clusters, and where the state of this demo lives.
pub struct Demo {
    fleet: Fleet,
    data_dir: PathBuf,
    /// A directory of our own making goes when the demo ends.
    temporary: bool,
}

impl Demo {
    pub async fn prepare(options: &DemoOptions) -> anyhow::Result<Demo> {
        let spec = FleetSpec {
            clusters: options.clusters,
            nodes: options.nodes,
            pods: options.pods,
            seed: options.seed,
            ..FleetSpec::default()
        };
        let fleet = Fleet::start(spec).await.context("the simulated clusters cannot start")?;
        let given = options.serve.data.data_dir.clone();
        let temporary = given.is_none();
        let data_dir =
            given.unwrap_or_else(|| std::env::temp_dir().join(format!("pilothouse-demo-{}", std::process::id())));
        Ok(Demo { fleet, data_dir, temporary })
    }

    /// The server's settings, with the simulator's own ports allowed.
    pub fn settings(&self, options: &DemoOptions) -> anyhow::Result<Settings> {
        let mut settings = Settings::new(&options.serve, self.data_dir.clone())?;
        for cluster in self.fleet.clusters() {
            settings.allow_targets.push(only(cluster.addr()));
            if let Some(port) = port_of(&cluster.etcd_metrics_url()) {
                settings.allow_targets.push(AllowTarget::new(cluster.addr().ip().into(), Some(port)));
            }
        }
        Ok(settings)
    }

    /// Registers the clusters and makes the user, where they are not there yet.
    pub async fn furnish(&self, engine: &Engine) -> anyhow::Result<()> {
        let caller = Caller::system();
        if engine.setup_state().await?.needed {
            let password = Secret::from_string(PASSWORD.into());
            engine.create_user(&caller, NewUser { name: USER.into(), role: Role::Admin, password }).await?;
        }
        for cluster in self.fleet.clusters() {
            let known = engine.cluster(&caller, cluster.name()).await.is_ok();
            if known {
                let new = NewCredential { credential: credential(cluster), insecure: false };
                engine.replace_credential(&caller, cluster.name(), new).await?;
            } else {
                engine.add_cluster(&caller, registration(cluster)).await?;
            }
        }
        Ok(())
    }

    pub fn welcome(&self, url: &str) -> String {
        let names: Vec<_> = self.fleet.clusters().iter().map(SimCluster::name).collect();
        format!(
            "\nPilothouse is up with {} simulated clusters: {}\n\n  open      {url}\n  user      {USER}\n  password  {PASSWORD}\n\n\
             Faults for the clusters: {}/clusters. Ctrl-C ends the demo.\n",
            names.len(),
            names.join(", "),
            self.fleet.control_url(),
        )
    }

    pub async fn shutdown(self) {
        self.fleet.shutdown().await;
        if self.temporary {
            let _ = std::fs::remove_dir_all(&self.data_dir);
        }
    }
}

fn credential(cluster: &SimCluster) -> CredentialRequest {
    CredentialRequest::kubeconfig(Secret::from_string(cluster.kubeconfig()), None)
}

fn registration(cluster: &SimCluster) -> NewCluster {
    NewCluster {
        name: cluster.name().to_string(),
        labels: cluster.labels().iter().map(|(k, v)| (k.to_string(), v.to_string())).collect(),
        taints: Vec::new(),
        weight: 1,
        credential: credential(cluster),
        insecure: false,
        namespaces: None,
        metrics_sources: Some(MetricsSources { etcd: Some(cluster.etcd_metrics_url()), prometheus: None }),
    }
}

fn only(address: std::net::SocketAddr) -> AllowTarget {
    AllowTarget::new(address.ip().into(), Some(address.port()))
}

fn port_of(url: &str) -> Option<u16> {
    url.parse::<axum::http::Uri>().ok()?.port_u16()
}
