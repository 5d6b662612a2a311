//! Starting and stopping clusters.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::components::{self, API_SERVER, Files, Ports};
use super::state::{self, Cluster, Process};
use super::{UpArgs, access, build, nodes};
use crate::process::{output, output_with_input, run};
use crate::progress::Steps;
use crate::tools::kubectl;
use crate::workspace::Workspace;

/// A busy machine with two cores takes far less.
const READY_WITHIN: Duration = Duration::from_secs(180);
const ASK_EVERY: Duration = Duration::from_millis(200);

/// Starts a cluster and waits until its nodes take pods. One of this name that runs already is left as it is.
///
/// # Errors
/// What failed, with the end of the log of the part that failed; what had been started is stopped again.
pub fn up(workspace: &Workspace, args: &UpArgs) -> Result<Cluster> {
    if let Some(cluster) = Cluster::load(workspace, &args.name)? {
        if cluster.is_running() {
            eprintln!("{} runs already at {}", cluster.name, cluster.server);
            return Ok(cluster);
        }
        down(workspace, &args.name)?;
    }
    let binaries = build::build(workspace)?;
    let kubectl = kubectl::ensure(workspace)?;
    let files = Files { folder: Cluster::folder(workspace, &args.name) };
    let ports = Ports::choose(args.port)?;
    let server = format!("https://127.0.0.1:{}", ports.api_server);
    fs::create_dir_all(&files.folder).with_context(|| format!("create {}", files.folder.display()))?;
    let mut cluster = Cluster {
        name: args.name.clone(),
        server,
        kubeconfig: files.kubeconfig(),
        kubectl,
        etcd_metrics: format!("http://127.0.0.1:{}/metrics", ports.etcd),
        processes: Vec::new(),
    };
    let result = start_all(workspace, args, &binaries, &files, &ports, &mut cluster);
    if let Err(error) = result {
        let words = last_words(&files, &cluster);
        stop_processes(&cluster);
        return Err(error.context(format!(
            "start cluster {} (logs are in {}){words}",
            args.name,
            files.folder.display()
        )));
    }
    Ok(cluster)
}

fn start_all(
    workspace: &Workspace,
    args: &UpArgs,
    binaries: &build::Binaries,
    files: &Files,
    ports: &Ports,
    cluster: &mut Cluster,
) -> Result<()> {
    let mut steps = Steps::new(3);
    let token = access::new_token()?;
    steps.run(&format!("Start etcd and the API server of {}", args.name), || {
        run(Command::new(&binaries.control_plane).arg("service-account-key").arg(files.service_account_key()))?;
        access::write_tokens(&files.tokens(), &token)?;
        start(workspace, cluster, files, "etcd", components::etcd(binaries, files, ports))?;
        start(workspace, cluster, files, API_SERVER, components::api_server(binaries, files, ports))?;
        wait(cluster, "the API server's certificate", || files.certificate().exists())?;
        access::write_kubeconfig(&cluster.kubeconfig, &cluster.name, &cluster.server, &files.certificate(), &token)?;
        wait(cluster, "the API server", || is_ready(cluster))
    })?;
    steps.run(&format!("Start controllers, scheduler and kwok of {}", args.name), || {
        start(workspace, cluster, files, "kube-controller-manager", components::controller_manager(binaries, files))?;
        start(workspace, cluster, files, "kube-scheduler", components::scheduler(binaries, files))?;
        let extra = kwok_configuration(workspace, files, args.exec)?;
        start(workspace, cluster, files, "kwok", components::kwok(binaries, files, ports, &extra)?)
    })?;
    steps.run(&format!("Create {} nodes of {} CPU and {} in {}", args.nodes, args.cpu, args.memory, args.name), || {
        let manifest = serde_json::to_vec(&nodes::manifest(args))?;
        output_with_input(kubectl_of(cluster).args(["create", "-f", "-"]), &manifest)?;
        wait(cluster, "the nodes", || untainted_ready_nodes(cluster) == usize::from(args.nodes))?;
        wait(cluster, "the default service account", || {
            output(kubectl_of(cluster).args(["get", "serviceaccount", "default"])).is_ok()
        })
    })
}

/// Stops a cluster and removes its folder.
///
/// # Errors
/// When there is no such cluster.
pub fn down(workspace: &Workspace, name: &str) -> Result<()> {
    let Some(cluster) = Cluster::load(workspace, name)? else {
        bail!("there is no cluster {name} (cargo xtask testcluster list)");
    };
    stop_processes(&cluster);
    let folder = Cluster::folder(workspace, name);
    fs::remove_dir_all(&folder).with_context(|| format!("remove {}", folder.display()))?;
    eprintln!("{name} is down");
    Ok(())
}

/// Stops every cluster whose name begins so.
///
/// # Errors
/// When one cannot be removed.
pub fn down_all_with_prefix(workspace: &Workspace, prefix: &str) -> Result<()> {
    for cluster in state::all(workspace)?.iter().filter(|cluster| cluster.name.starts_with(prefix)) {
        down(workspace, &cluster.name)?;
    }
    Ok(())
}

/// Kills the API server, as a crash would.
///
/// # Errors
/// When there is no such cluster.
pub fn stop_api_server(workspace: &Workspace, name: &str) -> Result<()> {
    let mut cluster = existing(workspace, name)?;
    let process = cluster.process(API_SERVER)?;
    process.stop(true);
    wait_until(|| !process.is_running(), "the API server to end")?;
    eprintln!("the API server of {name} is stopped");
    Ok(())
}

/// Starts the API server again and waits until it is ready.
///
/// # Errors
/// When there is no such cluster, or it does not come up.
pub fn start_api_server(workspace: &Workspace, name: &str) -> Result<()> {
    let mut cluster = existing(workspace, name)?;
    let files = Files { folder: Cluster::folder(workspace, name) };
    let process = cluster.process(API_SERVER)?;
    if process.is_running() {
        eprintln!("the API server of {name} runs already");
        return Ok(());
    }
    *process = state::start(API_SERVER, process.command.clone(), &files.log(API_SERVER))?;
    cluster.save(workspace)?;
    wait(&cluster, "the API server", || is_ready(&cluster))
}

fn existing(workspace: &Workspace, name: &str) -> Result<Cluster> {
    Cluster::load(workspace, name)?
        .with_context(|| format!("there is no cluster {name} (cargo xtask testcluster list)"))
}

fn start(
    workspace: &Workspace,
    cluster: &mut Cluster,
    files: &Files,
    component: &str,
    command: Vec<String>,
) -> Result<()> {
    cluster.processes.push(state::start(component, command, &files.log(component))?);
    // Written after each part, so that `down` finds all of them even when this command is interrupted.
    cluster.save(workspace)
}

/// Configuration files for kwok with this cluster's paths.
fn kwok_configuration(workspace: &Workspace, files: &Files, exec: bool) -> Result<Vec<PathBuf>> {
    let source = workspace.path("end2end/testcluster/kwok");
    let now = output(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%S.000000000Z"]))?;
    let now = now.trim();
    // The format in which container runtimes keep logs.
    fs::write(files.pod_log(), format!("{now} stdout F listening on :8080\n{now} stdout F ready\n"))?;
    let logs = fs::read_to_string(source.join("logs.yaml"))?.replace("@LOG@", &files.pod_log().to_string_lossy());
    let logs_file = files.folder.join("kwok-logs.yaml");
    fs::write(&logs_file, logs)?;
    let mut configuration = vec![logs_file];
    if exec {
        configuration.push(source.join("exec.yaml"));
    }
    Ok(configuration)
}

fn stop_processes(cluster: &Cluster) {
    for process in cluster.processes.iter().rev() {
        // Everything the API server holds is in etcd, whose files go away too: nothing is lost by killing it.
        process.stop(true);
    }
}

fn kubectl_of(cluster: &Cluster) -> Command {
    let mut command = Command::new(&cluster.kubectl);
    command.arg("--kubeconfig").arg(&cluster.kubeconfig).arg("--request-timeout=5s");
    command
}

fn is_ready(cluster: &Cluster) -> bool {
    output(kubectl_of(cluster).args(["get", "--raw", "/readyz"])).is_ok_and(|answer| answer.trim() == "ok")
}

fn untainted_ready_nodes(cluster: &Cluster) -> usize {
    let columns =
        "jsonpath={range .items[*]}{.status.conditions[?(@.type==\"Ready\")].status} {.spec.taints}{\"\\n\"}{end}";
    let nodes = output(kubectl_of(cluster).args(["get", "nodes", "-o", columns])).unwrap_or_default();
    nodes.lines().filter(|line| line.trim() == "True").count()
}

fn wait(cluster: &Cluster, what: &str, mut done: impl FnMut() -> bool) -> Result<()> {
    let started = Instant::now();
    while !done() {
        if let Some(ended) = cluster.processes.iter().find(|process| !process.is_running()) {
            bail!("{} ended while waiting for {what}", ended.component);
        }
        if started.elapsed() > READY_WITHIN {
            bail!("{what} did not become ready within {} s", READY_WITHIN.as_secs());
        }
        std::thread::sleep(ASK_EVERY);
    }
    Ok(())
}

fn wait_until(mut done: impl FnMut() -> bool, what: &str) -> Result<()> {
    let started = Instant::now();
    while !done() {
        if started.elapsed() > Duration::from_secs(10) {
            bail!("waited 10 s in vain for {what}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The end of the log of a part that ended by itself, if one did.
fn last_words(files: &Files, cluster: &Cluster) -> String {
    let Some(ended) = cluster.processes.iter().find(|process: &&Process| !process.is_running()) else {
        return String::new();
    };
    let log = fs::read_to_string(files.log(&ended.component)).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    let tail = lines[lines.len().saturating_sub(12)..].join("\n");
    format!("\n--- end of {}.log\n{tail}\n---", ended.component)
}
