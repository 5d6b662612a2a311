//! What a cluster holds, from the simulator's generator, packed ahead so that serving costs no rendering.

use super::pack::pack;
use super::template::Template;
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use simulator::fleet::{Churn, Fleet, FleetSpec, SimCluster};
use simulator::object_store::kinds;
use std::collections::BTreeMap;

const SEED: u64 = 20_261_125;
/// Objects of one piece of a list; pages are made of whole pieces.
pub const PIECE: usize = 100;
/// One pod in so many changes.
const CHANGING: usize = 20;

/// All objects of one kind.
#[derive(Default)]
pub struct Objects {
    /// `PodList` without the `List`.
    pub kind: &'static str,
    pub api_version: String,
    pub pieces: Vec<Piece>,
    pub count: usize,
}

/// Up to [`PIECE`] objects after each other.
pub struct Piece {
    pub count: usize,
    /// Those that never change, separated by commas; packed. None where all change.
    pub packed: Option<Bytes>,
    /// Those that do, as positions in [`Contents::changing`].
    pub changing: Vec<usize>,
}

/// What one cluster holds at the start.
pub struct Contents {
    /// By the path of their list: `/api/v1/pods`.
    pub objects: BTreeMap<String, Objects>,
    /// Pods that change, in the order of their names.
    pub changing: Vec<Template>,
    pub kube_system: Bytes,
    pub version: u64,
    pub pod_bytes: usize,
}

/// Generates the cluster of this number. Every number gives other objects.
///
/// # Errors
/// When the simulator does not start.
pub async fn generate(number: u64, nodes: usize, pods: usize) -> Result<Contents> {
    let seed = SEED + number;
    let spec = FleetSpec { clusters: 1, nodes, pods, seed, churn: Churn::NONE, ..FleetSpec::default() };
    let fleet = Fleet::start(spec).await.context("start the simulator")?;
    let contents = record(fleet.cluster(0));
    fleet.shutdown().await;
    contents
}

fn record(cluster: &SimCluster) -> Result<Contents> {
    let store = cluster.store();
    let mut contents = Contents {
        objects: BTreeMap::new(),
        changing: Vec::new(),
        kube_system: Bytes::new(),
        version: store.resource_version(),
        pod_bytes: 0,
    };
    for kind in kinds::ALL {
        let listed = store.list_stored(kind, None).objects;
        if kind.kind == "Namespace" {
            let found = listed.iter().find(|object| &*object.name == "kube-system");
            contents.kube_system = found.context("a cluster has kube-system")?.json.clone();
        }
        let json: Vec<&[u8]> = listed.iter().map(|object| &object.json[..]).collect();
        let is_pod = kind.kind == "Pod";
        if is_pod {
            ensure!(!json.is_empty(), "the simulator made no pods");
            contents.pod_bytes = json.iter().map(|pod| pod.len()).sum::<usize>() / json.len();
        }
        let root = if kind.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", kind.group) };
        let pieces = json
            .chunks(PIECE)
            .map(|objects| piece(objects, is_pod.then_some(&mut contents.changing)))
            .collect::<Result<_>>()?;
        let objects = Objects { kind: kind.kind, api_version: kind.api_version(), pieces, count: json.len() };
        contents.objects.insert(format!("{root}/{}/{}", kind.version, kind.plural), objects);
    }
    ensure!(!contents.changing.is_empty(), "no pod has a container status");
    Ok(contents)
}

/// Packs what stays, and makes templates of what changes where there is a place for them.
fn piece(objects: &[&[u8]], mut templates: Option<&mut Vec<Template>>) -> Result<Piece> {
    let (mut staying, mut changing) = (Vec::new(), Vec::new());
    for (at, json) in objects.iter().enumerate() {
        if let Some(templates) = templates.as_deref_mut()
            && at % CHANGING == 0
            && let Some(template) = Template::of(json)?
        {
            changing.push(templates.len());
            templates.push(template);
        } else {
            staying.push(*json);
        }
    }
    let packed = if staying.is_empty() { None } else { Some(pack(&staying.join(&b','))?) };
    Ok(Piece { count: objects.len(), packed, changing })
}
