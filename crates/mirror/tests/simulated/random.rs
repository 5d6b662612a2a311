//! Random changes, faults and restarts: whatever happens, the mirror ends with what the cluster has.

use crate::support::{MemoryStore, World, add, mirror, pod};
use mirror::Settings;
use simulator::faults::{Effect, Fault, Verb};
use simulator::fleet::{Churn, FleetSpec, Seeded};
use simulator::object_store::kinds;
use std::sync::Arc;
use std::time::Duration;

/// So many histories; each is told by its seed.
const SEEDS: u64 = 12;
const STEPS: usize = 30;

struct History {
    world: World,
    store: Arc<MemoryStore>,
    rng: Seeded,
    made: usize,
}

impl History {
    async fn start(seed: u64) -> Self {
        let store = Arc::new(MemoryStore::default());
        let spec = FleetSpec { clusters: 1, nodes: 3, pods: 40, seed, churn: Churn::NONE, ..FleetSpec::default() };
        let mut world = World::new(spec, settings()).await;
        world.mirror = mirror(settings(), Arc::clone(&store) as _);
        world.add_all().await;
        Self { world, store, rng: Seeded::new(seed), made: 0 }
    }

    fn cluster(&self) -> &simulator::fleet::SimCluster {
        self.world.fleet.cluster(0)
    }

    async fn step(&mut self) {
        match self.rng.below(12) {
            0..=3 => self.create(),
            4..=5 => self.remove(),
            6..=7 => self.relabel(),
            8 => self.cluster().store().compact(),
            9 => self.restart().await,
            _ => self.fault(),
        }
        tokio::time::sleep(Duration::from_millis(self.rng.below(120))).await;
    }

    fn create(&mut self) {
        for _ in 0..=self.rng.below(20) {
            self.made += 1;
            // A name that comes again has another uid each time.
            let name = format!("random-{}", self.made % 60);
            let _taken = self.cluster().store().create(&kinds::POD, pod("default", &name, "", "1"));
        }
    }

    fn some_pod(&mut self) -> Option<(String, String)> {
        let (pods, _) = self.cluster().store().list(&kinds::POD, None);
        let pod = self.rng.pick(&pods)?;
        let text = |pointer: &str| pod.pointer(pointer).and_then(|text| text.as_str()).unwrap_or_default().to_owned();
        Some((text("/metadata/namespace"), text("/metadata/name")))
    }

    fn remove(&mut self) {
        for _ in 0..=self.rng.below(8) {
            if let Some((namespace, name)) = self.some_pod() {
                let _gone = self.cluster().store().remove(&kinds::POD, Some(&namespace), &name);
            }
        }
    }

    fn relabel(&mut self) {
        for _ in 0..=self.rng.below(8) {
            let Some((namespace, name)) = self.some_pod() else { return };
            let value = self.rng.suffix(4);
            let _gone = self.cluster().store().update(&kinds::POD, Some(&namespace), &name, |pod| {
                pod["metadata"]["labels"]["random"] = value.into();
            });
        }
    }

    fn fault(&mut self) {
        let effects = [
            Effect::Gone,
            Effect::Reset,
            Effect::Garbage,
            Effect::InternalError,
            Effect::Unavailable,
            Effect::TooManyRequests { retry_after_seconds: 1 },
            Effect::HugeBody { bytes: 1 << 20 },
            Effect::Latency { ms: 50, jitter_ms: 200 },
        ];
        let verbs = [Verb::List, Verb::Watch];
        let (Some(effect), Some(verb)) = (self.rng.pick(&effects).cloned(), self.rng.pick(&verbs).copied()) else {
            return;
        };
        let times = 1 + self.rng.below(6);
        self.cluster().faults().set(vec![Fault::always(effect).on_verb(verb).times(times)]).unwrap();
    }

    async fn restart(&mut self) {
        self.world.mirror.shutdown(Duration::from_secs(10)).await;
        self.world.mirror = mirror(settings(), Arc::clone(&self.store) as _);
        add(&self.world.mirror, self.cluster(), 0, self.cluster().token(), None).await;
    }
}

/// Everything sooner than in life.
fn settings() -> Settings {
    Settings {
        checkpoint_interval: Duration::from_millis(200),
        relist_interval: Duration::from_secs(2),
        ..Settings::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mirror_ends_with_the_truth_whatever_happened() {
    let histories = (1..=SEEDS).map(|seed| {
        tokio::spawn(async move {
            let mut history = History::start(seed).await;
            for _ in 0..STEPS {
                history.step().await;
            }
            history.cluster().faults().set(Vec::new()).unwrap();
            history.world.until_true(0).await;
            history.world.stop().await;
        })
    });
    for (number, history) in histories.collect::<Vec<_>>().into_iter().enumerate() {
        history.await.unwrap_or_else(|error| panic!("seed {}: {error}", number + 1));
    }
}
