//! Many clusters in one process, generated from a seed.

mod churn;
mod cluster;
mod generate;
mod naming;
mod seed;
mod spec;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::task::JoinSet;

pub use cluster::SimCluster;
pub use seed::Seeded;
pub use spec::{Churn, FleetSpec, PodSize};

use crate::faults::{ControlledCluster, control_router};
use crate::serve::{PlainServer, ServeError, TlsError};

/// Clusters generated at the same moment: generation is work for the processor alone.
const AT_ONCE: usize = 4;

/// Why a fleet did not start.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// A field of the spec breaks a rule.
    #[error("{field}: {rule}")]
    Spec {
        /// The field of [`FleetSpec`].
        field: &'static str,
        /// What must hold.
        rule: &'static str,
    },
    /// A listener did not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// A certificate could not be made.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The store refused a generated object.
    #[error("cannot generate cluster {cluster}: {message}")]
    Generate {
        /// The cluster.
        cluster: String,
        /// What the store said.
        message: String,
    },
}

/// Running clusters and their control endpoint.
pub struct Fleet {
    clusters: Vec<SimCluster>,
    control: PlainServer,
}

impl Fleet {
    /// Generates and starts all clusters. The same seed gives the same names, uids and placement.
    ///
    /// # Errors
    /// When the spec breaks a rule or an address is taken.
    pub async fn start(spec: FleetSpec) -> Result<Self, FleetError> {
        spec.validate()?;
        let spec = Arc::new(spec);
        let names = naming::cluster_names(spec.clusters);
        let mut starting = JoinSet::new();
        let mut clusters: Vec<Option<SimCluster>> = (0..spec.clusters).map(|_| None).collect();
        for (index, place) in names.into_iter().enumerate() {
            if starting.len() >= AT_ONCE {
                settle(&mut starting, &mut clusters).await?;
            }
            let spec = Arc::clone(&spec);
            starting.spawn(async move { (index, SimCluster::start(&spec, index, place).await) });
        }
        while !starting.is_empty() {
            settle(&mut starting, &mut clusters).await?;
        }
        let clusters: Vec<SimCluster> = clusters.into_iter().flatten().collect();
        let controlled = clusters.iter().map(|cluster| cluster.core() as Arc<dyn ControlledCluster>).collect();
        let addr = SocketAddr::new(spec.listen, spec.control_port.unwrap_or(0));
        let control = PlainServer::start(addr, control_router(controlled)).await?;
        Ok(Self { clusters, control })
    }

    /// All clusters, in the order of their names' generation.
    pub fn clusters(&self) -> &[SimCluster] {
        &self.clusters
    }

    /// The cluster with this index.
    ///
    /// # Panics
    /// When the index is not below `spec.clusters`.
    pub fn cluster(&self, index: usize) -> &SimCluster {
        &self.clusters[index]
    }

    /// The base URL of the control endpoint.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control.addr())
    }

    /// Stops everything and waits until it has stopped.
    pub async fn shutdown(self) {
        self.control.shutdown().await;
        futures::future::join_all(self.clusters.into_iter().map(SimCluster::shutdown)).await;
    }
}

type Started = (usize, Result<SimCluster, FleetError>);

async fn settle(starting: &mut JoinSet<Started>, clusters: &mut [Option<SimCluster>]) -> Result<(), FleetError> {
    match starting.join_next().await {
        Some(Ok((index, cluster))) => clusters[index] = Some(cluster?),
        Some(Err(failed)) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
        Some(Err(_)) | None => {}
    }
    Ok(())
}
