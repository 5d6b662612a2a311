//! The composition root: settings, engine, listeners.

use crate::background::Background;
use crate::cli::ServeOptions;
use crate::http::guard::Shared;
use crate::http::origin::PublicUrl;
use crate::http::peers::Peers;
use crate::http::{listener, tls};
use crate::router;
use anyhow::Context;
use engine::{DataDirLock, Engine, EngineConfig};
use ipnet::IpNet;
use runtime::egress::{AllowTarget, TargetPolicy};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

const DRAIN: Duration = Duration::from_secs(9);

/// Everything the server is told.
pub struct Settings {
    pub data_dir: PathBuf,
    pub listen: SocketAddr,
    pub metrics_listen: Option<SocketAddr>,
    pub public_url: Option<String>,
    pub tls: Option<TlsAcceptor>,
    pub allow_targets: Vec<AllowTarget>,
    pub trusted_proxies: Arc<[IpNet]>,
}

impl Settings {
    /// # Errors
    /// One line naming the option at fault.
    pub fn new(options: &ServeOptions, data_dir: PathBuf) -> anyhow::Result<Settings> {
        let tls = match (&options.tls_cert, &options.tls_key) {
            (Some(cert), Some(key)) => Some(tls::acceptor(cert, key)?),
            _ => None,
        };
        Ok(Settings {
            data_dir,
            listen: options.listen,
            metrics_listen: options.metrics_listen,
            public_url: options.public_url.clone(),
            tls,
            allow_targets: options.allow_targets.clone(),
            trusted_proxies: options.trusted_proxies.clone().into(),
        })
    }
}

/// A server at work.
pub struct Running {
    pub engine: Engine,
    public: Arc<PublicUrl>,
    stop: CancellationToken,
    _background: Background,
    _lock: DataDirLock,
    listeners: tokio::sync::Mutex<JoinSet<std::io::Result<()>>>,
}

impl Running {
    /// Binds the listeners, opens the data directory and starts all tasks, in this order: a port that is
    /// taken must not leave a new data directory behind.
    ///
    /// # Errors
    /// One line that says what could not be had.
    pub async fn start(settings: Settings) -> anyhow::Result<Running> {
        let main = bind(settings.listen, "--listen").await?;
        let metrics = match settings.metrics_listen {
            Some(address) => Some(bind(address, "--metrics-listen").await?),
            None => None,
        };
        let listen = main.local_addr()?;
        let public = Arc::new(PublicUrl::new(settings.public_url.as_deref(), listen, settings.tls.is_some())?);
        let policy = TargetPolicy::new(settings.allow_targets);
        policy.refuse_own_listener(listen);
        if let Some(metrics) = &metrics {
            policy.refuse_own_listener(metrics.local_addr()?);
        }
        let lock = DataDirLock::take(&settings.data_dir)?;
        let background = Background::start().context("threads cannot be started")?;
        let config = EngineConfig::new(settings.data_dir, public.url.clone());
        let config = EngineConfig { background: background.handle(), ..config };
        let engine = Engine::open(config, Arc::new(policy)).await?;
        engine.start().await?;
        let shared = Shared {
            engine: engine.clone(),
            public: public.clone(),
            trusted_proxies: settings.trusted_proxies,
            paused: Arc::default(),
        };
        let stop = CancellationToken::new();
        let peers = Peers::new(shared.trusted_proxies.clone());
        let mut listeners = JoinSet::new();
        if let Some(metrics) = metrics {
            listeners.spawn(listener::serve(
                metrics,
                None,
                router::metrics(shared.clone()),
                peers.clone(),
                stop.clone(),
            ));
        }
        listeners.spawn(listener::serve(main, settings.tls, router::router(shared), peers, stop.clone()));
        let listeners = tokio::sync::Mutex::new(listeners);
        Ok(Running { engine, public, stop, _background: background, _lock: lock, listeners })
    }

    pub fn public_url(&self) -> String {
        self.public.url.clone()
    }

    /// Waits until a listener breaks, which it does not do by itself.
    pub async fn failed(&self) -> anyhow::Error {
        match self.listeners.lock().await.join_next().await {
            Some(Ok(Err(error))) => anyhow::Error::new(error).context("listener"),
            _ => anyhow::anyhow!("a listener stopped"),
        }
    }

    /// Stops listening, lets requests and writes finish, closes the database: within 10 s.
    pub async fn shutdown(self) {
        self.stop.cancel();
        let mut listeners = self.listeners.into_inner();
        let drained = async { while listeners.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(DRAIN, async {
            tokio::join!(drained, self.engine.shutdown(DRAIN));
        })
        .await;
    }
}

async fn bind(address: SocketAddr, option: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{option} {address} cannot be bound"))
}
