//! A few workloads that do not work, as every fleet has some.

use jiff::SignedDuration;
use serde_json::Value;

use super::catalogue::Service;
use super::template::{Ask, template};
use super::{Generation, nodes};
use crate::controllers::{Requests, crashed_status, creating_status, image_pull_status, pod_of};
use crate::object_store::StoreError;

const CRASHING: Service = Service {
    namespace: "payments",
    name: "settlement-export",
    image: "registry.example.com/payments/settlement-export:crash",
    port: 8080,
    cpu: 100,
    mib: 256,
    needs: &["SFTP_HOST"],
};
const UNPULLABLE: Service = Service {
    namespace: "search",
    name: "query-canary",
    image: "registry.example.com/search/query:missing",
    port: 9200,
    cpu: 100,
    mib: 256,
    needs: &["INDEX_URL"],
};
const UNSCHEDULABLE: Service = Service {
    namespace: "data",
    name: "backfill",
    image: "registry.example.com/data/backfill:2025.11.2",
    port: 8080,
    cpu: 64_000,
    mib: 8192,
    needs: &["WAREHOUSE_DSN"],
};

impl Generation<'_> {
    pub(super) fn broken_workloads(&mut self) -> Result<(), StoreError> {
        self.broken(&CRASHING, |pod, address, host| crashed_status(pod, address, host, 41))?;
        self.broken(&UNPULLABLE, |pod, _, host| {
            creating_status(pod, host);
            image_pull_status(pod);
        })?;
        self.unschedulable()
    }

    fn broken(&mut self, service: &Service, fail: fn(&mut Value, &str, &str)) -> Result<(), StoreError> {
        let ask = Ask { cpu: service.cpu, mib: service.mib };
        let (_, set) = self.deployment_and_set(service, template(service, ask, self.is_realistic()), 1)?;
        let mut pod = self.pod_of_set(&set);
        let pools = [nodes::GENERAL.name];
        if let Some((node, host)) = self.placement.take(&Requests::of_pod(&pod), &pools) {
            pod["spec"]["nodeName"] = node.into();
            let address = self.next_address();
            fail(&mut pod, &address, &host);
        }
        self.store_pod(pod, SignedDuration::from_hours(5))?;
        self.settle(service, &set, 1, 0)
    }

    /// The scheduler finds it and says why it stays.
    fn unschedulable(&mut self) -> Result<(), StoreError> {
        let service = &UNSCHEDULABLE;
        let ask = Ask { cpu: service.cpu, mib: service.mib };
        let (_, set) = self.deployment_and_set(service, template(service, ask, self.is_realistic()), 1)?;
        let pod = self.pod_of_set(&set);
        self.store_pod(pod, SignedDuration::from_mins(47))?;
        self.settle(service, &set, 1, 0)
    }

    fn pod_of_set(&mut self, set: &Value) -> Value {
        let prefix = format!("{}-", set["metadata"]["name"].as_str().unwrap_or_default());
        let name = format!("{prefix}{}", self.rng.suffix(5));
        let mut pod = pod_of(set, &name, Some(&prefix));
        pod["metadata"]["uid"] = self.rng.uuid().into();
        pod
    }
}
