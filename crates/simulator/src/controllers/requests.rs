//! What a pod asks for, and what a node has. Upstream: `k8s.io/component-helpers/resource/helpers.go`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::quantity;

/// Amounts by resource name: CPU in thousandths, everything else in whole units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Requests(pub BTreeMap<String, i64>);

impl Requests {
    /// Reads a resource list; what cannot be read counts as nothing.
    pub(crate) fn of_list(list: &Value) -> Self {
        let parse = |(name, amount): (&String, &Value)| {
            let text = amount.as_str().map_or_else(|| amount.to_string(), str::to_owned);
            let amount = if name == "cpu" { quantity::milli(&text) } else { quantity::units(&text) };
            Some((name.clone(), amount?))
        };
        Self(list.as_object().into_iter().flatten().filter_map(parse).collect())
    }

    /// What the pod needs while it runs or starts, whichever is more, with its overhead.
    pub(crate) fn of_pod(pod: &Value) -> Self {
        let spec = &pod["spec"];
        let mut running = Self::default();
        for container in items(&spec["containers"]) {
            running.add(&of_container(container));
        }
        let mut sidecars = Self::default();
        let mut starting = Self::default();
        for container in items(&spec["initContainers"]) {
            let mut need = of_container(container);
            if container["restartPolicy"] == "Always" {
                sidecars.add(&need);
                starting.raise_to(&sidecars);
            } else {
                need.add(&sidecars);
                starting.raise_to(&need);
            }
        }
        running.add(&sidecars);
        running.raise_to(&starting);
        // Requests of the pod as a whole replace the sum of its containers.
        running.0.extend(Self::of_list(&spec["resources"]["requests"]).0);
        running.add(&Self::of_list(&spec["overhead"]));
        running
    }

    /// The amount of one resource; 0 when absent.
    pub(crate) fn get(&self, name: &str) -> i64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (name, amount) in &other.0 {
            *self.0.entry(name.clone()).or_default() += amount;
        }
    }

    pub(crate) fn subtract(&mut self, other: &Self) {
        for (name, amount) in &other.0 {
            *self.0.entry(name.clone()).or_default() -= amount;
        }
    }

    fn raise_to(&mut self, other: &Self) {
        for (name, amount) in &other.0 {
            let own = self.0.entry(name.clone()).or_default();
            *own = (*own).max(*amount);
        }
    }
}

fn of_container(container: &Value) -> Requests {
    // The API server copies absent requests from the limits.
    let mut need = Requests::of_list(&container["resources"]["limits"]);
    need.0.extend(Requests::of_list(&container["resources"]["requests"]).0);
    need
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cpu(amount: &str) -> Value {
        json!({"resources": {"requests": {"cpu": amount}}})
    }

    #[test]
    fn init_containers_sidecars_and_overhead() {
        let sidecar = json!({"restartPolicy": "Always", "resources": {"requests": {"cpu": "100m"}}});
        let cases = [
            (json!({"containers": [cpu("1"), cpu("500m")]}), 1500),
            (json!({"containers": [cpu("1")], "initContainers": [cpu("2")]}), 2000),
            (json!({"containers": [cpu("1")], "initContainers": [sidecar, cpu("2")]}), 2100),
            (json!({"containers": [cpu("1")], "initContainers": [cpu("200m"), sidecar]}), 1100),
            (json!({"containers": [cpu("1")], "overhead": {"cpu": "250m"}}), 1250),
            (json!({"containers": [{"resources": {"limits": {"cpu": "3"}}}]}), 3000),
            (json!({"containers": [cpu("1")], "resources": {"requests": {"cpu": "5"}}}), 5000),
        ];
        for (spec, expected) in cases {
            let pod = json!({"spec": spec});
            assert_eq!(Requests::of_pod(&pod).get("cpu"), expected, "{pod}");
        }
    }
}
