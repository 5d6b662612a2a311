//! The nodes of a cluster, as a kubelet would register them.

use serde_json::{Value, json};

use super::UpArgs;

/// A list of nodes named `NAME-node-N`, spread over three zones.
pub fn manifest(args: &UpArgs) -> Value {
    let resources = json!({ "cpu": args.cpu, "memory": args.memory, "pods": args.pods.to_string() });
    let items: Vec<Value> = (1..=args.nodes)
        .map(|number| {
            let name = format!("{}-node-{number}", args.name);
            json!({
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {
                    "name": name,
                    "labels": {
                        "kubernetes.io/hostname": name,
                        "kubernetes.io/os": "linux",
                        "kubernetes.io/arch": "amd64",
                        "topology.kubernetes.io/zone": format!("zone-{}", (number - 1) % 3 + 1),
                    },
                },
                "status": { "capacity": resources, "allocatable": resources },
            })
        })
        .collect();
    json!({ "apiVersion": "v1", "kind": "List", "items": items })
}
