//! The command lines of a cluster's parts. Everything listens on 127.0.0.1 alone.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::build::Binaries;
use crate::http::free_port;

/// The API server's name among the parts.
pub const API_SERVER: &str = "kube-apiserver";

/// The ports of one cluster.
pub struct Ports {
    pub api_server: u16,
    pub etcd: u16,
    pub etcd_peer: u16,
    pub kubelet: u16,
}

impl Ports {
    /// Free ports, and the API server's as asked.
    ///
    /// # Errors
    /// When the system has none.
    pub fn choose(api_server: Option<u16>) -> Result<Self> {
        Ok(Self {
            api_server: api_server.map_or_else(free_port, Ok)?,
            etcd: free_port()?,
            etcd_peer: free_port()?,
            kubelet: free_port()?,
        })
    }
}

/// The files of one cluster.
pub struct Files {
    pub folder: PathBuf,
}

impl Files {
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    pub fn tokens(&self) -> PathBuf {
        self.folder.join("tokens.csv")
    }

    pub fn service_account_key(&self) -> PathBuf {
        self.folder.join("service-account.key")
    }

    /// Made by the API server itself at its first start.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("pki/apiserver.crt")
    }

    fn certificate_key(&self) -> PathBuf {
        self.folder.join("pki/apiserver.key")
    }

    pub fn pod_log(&self) -> PathBuf {
        self.folder.join("pod.log")
    }

    pub fn log(&self, component: &str) -> PathBuf {
        self.folder.join(format!("{component}.log"))
    }
}

fn line(program: &Path, arguments: &[String]) -> Vec<String> {
    std::iter::once(text(program)).chain(arguments.iter().cloned()).collect()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

pub fn etcd(binaries: &Binaries, files: &Files, ports: &Ports) -> Vec<String> {
    let client = format!("http://127.0.0.1:{}", ports.etcd);
    let peer = format!("http://127.0.0.1:{}", ports.etcd_peer);
    line(
        &binaries.control_plane,
        &[
            "etcd".into(),
            format!("--data-dir={}", text(&files.folder.join("etcd"))),
            format!("--listen-client-urls={client}"),
            format!("--advertise-client-urls={client}"),
            format!("--listen-peer-urls={peer}"),
            format!("--initial-advertise-peer-urls={peer}"),
            format!("--initial-cluster=default={peer}"),
            // Nothing here must survive a power cut, and the tests would wait for the disk.
            "--unsafe-no-fsync".into(),
            "--log-level=warn".into(),
        ],
    )
}

pub fn api_server(binaries: &Binaries, files: &Files, ports: &Ports) -> Vec<String> {
    let key = text(&files.service_account_key());
    line(
        &binaries.control_plane,
        &[
            API_SERVER.into(),
            format!("--etcd-servers=http://127.0.0.1:{}", ports.etcd),
            "--bind-address=127.0.0.1".into(),
            format!("--secure-port={}", ports.api_server),
            format!("--cert-dir={}", text(&files.folder.join("pki"))),
            // Published endpoints must not be loopback addresses, and nobody here looks for them.
            "--endpoint-reconciler-type=none".into(),
            format!("--token-auth-file={}", text(&files.tokens())),
            "--authorization-mode=RBAC".into(),
            "--service-account-issuer=https://kubernetes.default.svc".into(),
            format!("--service-account-key-file={key}"),
            format!("--service-account-signing-key-file={key}"),
            "--service-cluster-ip-range=10.96.0.0/16".into(),
            "--kubelet-preferred-address-types=InternalIP".into(),
        ],
    )
}

pub fn controller_manager(binaries: &Binaries, files: &Files) -> Vec<String> {
    line(
        &binaries.control_plane,
        &[
            "kube-controller-manager".into(),
            format!("--kubeconfig={}", text(&files.kubeconfig())),
            format!("--service-account-private-key-file={}", text(&files.service_account_key())),
            format!("--root-ca-file={}", text(&files.certificate())),
            "--controllers=*,-node-ipam-controller".into(),
            "--node-monitor-period=2s".into(),
            "--node-monitor-grace-period=16s".into(),
            "--leader-elect=false".into(),
            "--secure-port=0".into(),
        ],
    )
}

pub fn scheduler(binaries: &Binaries, files: &Files) -> Vec<String> {
    line(
        &binaries.control_plane,
        &[
            "kube-scheduler".into(),
            format!("--kubeconfig={}", text(&files.kubeconfig())),
            "--leader-elect=false".into(),
            "--secure-port=0".into(),
        ],
    )
}

/// `extra` are configuration files beside the stages that ship with kwok.
pub fn kwok(binaries: &Binaries, files: &Files, ports: &Ports, extra: &[PathBuf]) -> Result<Vec<String>> {
    let mut arguments = vec![
        format!("--kubeconfig={}", text(&files.kubeconfig())),
        "--manage-all-nodes=true".into(),
        "--node-ip=127.0.0.1".into(),
        format!("--node-port={}", ports.kubelet),
        format!("--server-address=127.0.0.1:{}", ports.kubelet),
        format!("--tls-cert-file={}", text(&files.certificate())),
        format!("--tls-private-key-file={}", text(&files.certificate_key())),
        "--node-lease-duration-seconds=8".into(),
    ];
    let mut stages: Vec<PathBuf> =
        std::fs::read_dir(&binaries.stages)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    stages.sort();
    arguments.extend(stages.iter().chain(extra).map(|file| format!("--config={}", text(file))));
    Ok(line(&binaries.kwok, &arguments))
}
