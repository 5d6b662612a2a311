//! Compiling the control plane and kwok, once for each content of their modules.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::hash;
use crate::process::{output, run};
use crate::progress::Steps;
use crate::stamp;
use crate::tools::go;
use crate::workspace::Workspace;

/// Kubernetes reports this as its version; it is what `controlplane/go.mod` requires.
const KUBERNETES_VERSION: &str = "v1.37.2";
/// The stages that ship in kwok's module and make nodes and pods behave.
const STAGES: [&str; 4] = ["node/fast", "node/heartbeat-with-lease", "pod/general", "pod/chaos"];

/// What was compiled.
pub struct Binaries {
    /// etcd, API server, controller manager and scheduler in one file.
    pub control_plane: PathBuf,
    /// The kubelets.
    pub kwok: PathBuf,
    /// The folder with the stage files of kwok.
    pub stages: PathBuf,
}

/// Compiles what changed since the last time; the cold build takes about ten minutes on two cores.
///
/// # Errors
/// When Go is missing, or a module cannot be fetched or compiled.
pub fn build(workspace: &Workspace) -> Result<Binaries> {
    let modules = workspace.path("end2end/testcluster");
    let control_plane = ["main.go", "key.go", "go.mod", "go.sum"].map(|file| modules.join("controlplane").join(file));
    let kwok = ["go.mod", "go.sum"].map(|file| modules.join("kwok").join(file));
    let cache = workspace.cache_folder("testcluster")?;
    let control_plane_key = hash::of_files(&control_plane)?;
    let kwok_key = hash::of_files(&kwok)?;
    let control_plane_folder = cache.join(format!("controlplane-{control_plane_key}"));
    let kwok_folder = cache.join(format!("kwok-{kwok_key}"));

    let mut missing = Vec::new();
    if !stamp::is_current(&control_plane_folder, &control_plane_key) {
        missing.push((control_plane_folder.clone(), control_plane_key, Part::ControlPlane));
    }
    if !stamp::is_current(&kwok_folder, &kwok_key) {
        missing.push((kwok_folder.clone(), kwok_key, Part::Kwok));
    }
    if !missing.is_empty() {
        go::ensure()?;
    }
    let mut steps = Steps::new(missing.len());
    for (folder, key, part) in missing {
        steps.run(part.description(), || stamp::make(&folder, &key, |folder| part.compile(&modules, folder)))?;
    }
    Ok(Binaries {
        control_plane: control_plane_folder.join("controlplane"),
        kwok: kwok_folder.join("kwok"),
        stages: kwok_folder.join("stages"),
    })
}

enum Part {
    ControlPlane,
    Kwok,
}

impl Part {
    fn description(&self) -> &'static str {
        match self {
            Self::ControlPlane => "Compile etcd and Kubernetes (the first time about 10 minutes on two cores)",
            Self::Kwok => "Compile kwok (the first time about 2 minutes)",
        }
    }

    fn compile(&self, modules: &Path, folder: &Path) -> Result<()> {
        match self {
            Self::ControlPlane => {
                let flags = format!("-s -w -X k8s.io/component-base/version.gitVersion={KUBERNETES_VERSION}");
                run(go_build(&modules.join("controlplane"), &flags, &folder.join("controlplane")).arg("."))
            }
            Self::Kwok => {
                let module = modules.join("kwok");
                run(go_build(&module, "-s -w", &folder.join("kwok")).arg("sigs.k8s.io/kwok/cmd/kwok"))?;
                copy_stages(&module, &folder.join("stages"))
            }
        }
    }
}

fn go_build(module: &Path, linker_flags: &str, target: &Path) -> Command {
    let mut command = Command::new("go");
    command.current_dir(module).env("CGO_ENABLED", "0").env("GOFLAGS", "-buildvcs=false");
    command.args(["build", "-mod=readonly", "-trimpath", "-ldflags", linker_flags, "-o"]).arg(target);
    command
}

fn copy_stages(module: &Path, target: &Path) -> Result<()> {
    let source =
        output(Command::new("go").current_dir(module).args(["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"]))?;
    fs::create_dir_all(target)?;
    for stage in STAGES {
        let folder = Path::new(source.trim()).join("kustomize/stage").join(stage);
        for entry in fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.ends_with(".yaml") && name != "kustomization.yaml" {
                fs::write(target.join(name), fs::read(&path)?)?;
            }
        }
    }
    Ok(())
}
