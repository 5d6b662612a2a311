//! The direction of imports and the other rules of the workspace's layout, proved from `cargo metadata` and the
//! sources. ARCHITECTURE.md says why they are as they are.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Which of our crates each may import. `server` is the composition root and may import all.
const ALLOWED: [(&str, &[&str]); 17] = [
    ("app", &["model", "scheduler", "engine", "browser-time", "small-json"]),
    ("frontend", &["app"]),
    ("engine", &["mirror", "store", "notify", "secrets", "scheduler", "alerting", "kubeapi", "model", "runtime"]),
    ("kubeapi", &["model", "secrets", "runtime"]),
    ("mirror", &["kubeapi", "model", "runtime"]),
    ("store", &["model", "secrets"]),
    ("notify", &["model", "secrets", "runtime"]),
    ("secrets", &["runtime"]),
    ("alerting", &["model"]),
    ("scheduler", &["model"]),
    ("model", &["browser-time"]),
    ("browser-time", &[]),
    ("small-json", &[]),
    ("runtime", &[]),
    ("simulator", &[]),
    ("xtask", &[]),
    ("bench", &["model", "runtime", "kubeapi", "mirror", "engine", "scheduler", "simulator"]),
];

/// No I/O, no clock, no random source.
const PURE: [&str; 3] = ["model", "scheduler", "alerting"];

/// Tests may start fake clusters: they are peers on the wire.
const ALLOWED_IN_TESTS: &str = "simulator";

/// Serves one connection a task: it ends with its peer, and there is nothing to restart.
const CONNECTIONS: &str = "server/src/http/listener.rs";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).current_dir(root()).args(arguments).output().unwrap();
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

struct Dependency {
    name: String,
    is_for_tests: bool,
}

/// Every package of the workspace with what its manifest names.
fn packages() -> BTreeMap<String, Vec<Dependency>> {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--format-version=1", "--no-deps"])).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let dependencies = dependencies.map(|dependency| Dependency {
                name: text(&dependency["name"]),
                is_for_tests: dependency["kind"] == "dev",
            });
            (text(&package["name"]), dependencies.collect())
        })
        .collect()
}

/// Names of all packages that one of ours is compiled with, with exactly the features it asks for.
fn tree(package: &str, extra: &[&str]) -> BTreeSet<String> {
    let mut arguments = vec!["tree", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    arguments.extend(extra);
    cargo(&arguments).lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// Lines of our own code below a folder, without comments and tests: (file, number, line).
fn code(folder: &str) -> Vec<(String, usize, String)> {
    let mut lines = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let relative = path.strip_prefix(root()).unwrap().display().to_string();
            if path.is_dir() {
                if name != "tests" && name != "target" {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") && name != "tests.rs" && !name.ends_with("_tests.rs") {
                lines.extend(
                    outside_tests(&fs::read_to_string(&path).unwrap())
                        .map(|(number, line)| (relative.clone(), number, line)),
                );
            }
        }
    }
    lines
}

/// Numbered lines that are neither comments nor inside a `#[cfg(test)]` module.
fn outside_tests(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut lines = Vec::new();
    let mut tests_until: Option<String> = None;
    let mut test_attribute = false;
    for (index, line) in text.lines().enumerate() {
        if let Some(end) = &tests_until {
            if line == end {
                tests_until = None;
            }
            continue;
        }
        let trimmed = line.trim_start();
        if trimmed.starts_with("#[cfg(test)]") {
            test_attribute = true;
        } else if test_attribute && trimmed.starts_with("#[") {
            // Another attribute of the same item.
        } else if test_attribute {
            test_attribute = false;
            if trimmed.ends_with('{') {
                let indentation = &line[..line.len() - trimmed.len()];
                tests_until = Some(format!("{indentation}}}"));
            }
        } else if !trimmed.starts_with("//") {
            lines.push((index + 1, line.to_owned()));
        }
    }
    lines.into_iter()
}

/// Where one of the patterns stands in the folders' code, except in files for which `exempt` holds.
fn occurrences(folders: &[&str], patterns: &[&str], exempt: impl Fn(&str) -> bool) -> Vec<String> {
    folders
        .iter()
        .flat_map(|folder| code(folder))
        .filter(|(file, _, line)| !exempt(file) && patterns.iter().any(|pattern| line.contains(pattern)))
        .map(|(file, number, line)| format!("{file}:{number}: {}", line.trim()))
        .collect()
}

/// All crates that one may import, directly or through others: its tests may make what those need.
fn reachable(name: &'static str) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let mut open = vec![name];
    while let Some(next) = open.pop() {
        let imports: &[&str] = ALLOWED.iter().find(|(name, _)| *name == next).map_or(&[], |(_, imports)| imports);
        open.extend(imports.iter().copied().filter(|import| found.insert(*import)));
    }
    found
}

fn assert_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn imports_point_only_where_they_may() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.keys().map(String::as_str).collect();
    let ruled: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).chain(["server"]).collect();
    assert_eq!(ours, ruled, "every crate of the workspace has its rule, and every rule a crate");
    let mut wrong = Vec::new();
    for (name, allowed) in ALLOWED {
        for dependency in packages[name].iter().filter(|dependency| ours.contains(dependency.name.as_str())) {
            let is_allowed = if dependency.is_for_tests && name != "xtask" {
                dependency.name == ALLOWED_IN_TESTS || reachable(name).contains(dependency.name.as_str())
            } else {
                allowed.contains(&dependency.name.as_str())
            };
            if !is_allowed {
                wrong.push(format!("{name} imports {}", dependency.name));
            }
        }
    }
    assert_none("imports that the layout forbids", &wrong);
}

#[test]
fn pure_crates_are_compiled_without_io() {
    for name in PURE {
        let found = tree(name, &[]);
        assert!(found.contains(name), "{name} is in its own tree");
        for forbidden in ["tokio", "sqlx", "kube", "kube-client", "reqwest", "hyper", "rand", "getrandom"] {
            assert!(!found.contains(forbidden), "{name} is compiled with {forbidden}");
        }
    }
}

#[test]
fn pure_crates_read_no_clock_and_no_random_source() {
    let folders = PURE.map(|name| format!("crates/{name}/src"));
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    let patterns = [
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "getrandom",
        "rand::",
        "Uuid::new_v",
        "Uuid::now_v",
        "RandomState",
    ];
    assert_none("time and seed are arguments", &occurrences(&folders, &patterns, |_| false));
}

#[test]
fn the_browser_is_sent_nothing_of_the_servers() {
    let found = tree("frontend", &["--target", "wasm32-unknown-unknown"]);
    for needed in ["app", "model", "scheduler"] {
        assert!(found.contains(needed), "the browser's copy contains {needed}");
    }
    for forbidden in ["engine", "store", "kubeapi", "secrets", "sqlx", "kube", "axum", "leptos_axum"] {
        assert!(!found.contains(forbidden), "the browser's copy is compiled with {forbidden}");
    }
}

#[test]
fn pages_know_no_sql_and_no_kubernetes_type() {
    let packages = packages();
    for forbidden in ["sqlx", "kube", "k8s-openapi", "store", "kubeapi"] {
        let named = packages["app"].iter().any(|dependency| dependency.name == forbidden);
        assert!(!named, "app names {forbidden}");
    }
}

#[test]
fn server_functions_stand_in_one_folder() {
    let everywhere = ["app/src", "frontend/src", "server/src", "crates"];
    let found = occurrences(&everywhere, &["#[server"], |file| file.starts_with("app/src/server_fns"));
    assert_none("#[server] stands only under app/src/server_fns/", &found);
}

#[test]
fn crates_know_neither_leptos_nor_axum() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        for dependency in &packages()[&name] {
            let forbidden = dependency.name.starts_with("leptos") || dependency.name.starts_with("axum");
            // The simulator is a server of its own, on the other side of the wire.
            if forbidden && !(name == "simulator" && dependency.name == "axum") {
                wrong.push(format!("{name} names {}", dependency.name));
            }
        }
    }
    assert_none("crates are independent of the web framework", &wrong);
}

#[test]
fn only_the_server_reads_the_environment() {
    let found =
        occurrences(&["app/src", "frontend/src", "crates"], &["env::var", "env::vars", "env::set_var"], |_| false);
    assert_none("settings flow down from server as typed configuration", &found);
}

#[test]
fn only_the_supervisor_spawns_tasks() {
    let patterns = ["tokio::spawn", "task::spawn(", "thread::spawn", "Handle::current().spawn"];
    let exempt = |file: &str| {
        file.starts_with("crates/simulator/") || file.starts_with("crates/runtime/src/supervise") || file == CONNECTIONS
    };
    let found = occurrences(&["app/src", "server/src", "crates"], &patterns, exempt);
    assert_none("long tasks are spawned by a supervisor, which restarts and counts them", &found);
}

#[test]
fn the_scan_skips_tests_and_comments_alone() {
    let text = "a\n// b\n#[cfg(test)]\nmod tests {\n    c\n    fn d() {\n    }\n}\ne\n#[cfg(test)]\nuse f;\n#[cfg(test)]\n#[path = \"g\"]\nmod h;\ni\n";
    let lines: Vec<_> = outside_tests(text).collect();
    assert_eq!(lines, [(1, "a".to_owned()), (9, "e".to_owned()), (15, "i".to_owned())]);
}
