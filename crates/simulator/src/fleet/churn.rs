//! What happens by itself: pods are replaced, annotations are refreshed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::seed::Seeded;
use crate::object_store::{DeleteOptions, ObjectStore, kinds};

/// A replaced pod is marked, removed, made, bound, admitted and started, and its owner counts along.
const EVENTS_PER_REPLACEMENT: f64 = 9.0;
const REPLACEMENTS: f64 = 0.1;
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Makes about as many watch events a second as `rate` says, until stopped.
pub(super) async fn run(
    store: Arc<ObjectStore>,
    mut rate: watch::Receiver<f64>,
    mut rng: Seeded,
    stop: CancellationToken,
) {
    loop {
        let wanted = *rate.borrow_and_update();
        let per_action = 1.0 - REPLACEMENTS + REPLACEMENTS * EVENTS_PER_REPLACEMENT;
        let pause = Duration::try_from_secs_f64(per_action / wanted * (0.5 + rng.unit())).unwrap_or(LONGEST_PAUSE);
        tokio::select! {
            () = stop.cancelled() => return,
            changed = rate.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(pause.min(LONGEST_PAUSE)), if wanted > 0.0 => act(&store, &mut rng),
        }
    }
}

fn act(store: &ObjectStore, rng: &mut Seeded) {
    let pods = store.list_stored(&kinds::POD, None).objects;
    let Some(pod) = rng.pick(&pods) else { return };
    let namespace = pod.namespace.as_deref();
    // A pod that is gone meanwhile is no reason to stop.
    if rng.chance(REPLACEMENTS) && pod.label("pod-template-hash").is_some() {
        let _ = store.delete(&kinds::POD, namespace, &pod.name, &DeleteOptions::default());
    } else {
        let load = rng.below(100).to_string();
        let _ = store.update(&kinds::POD, namespace, &pod.name, |pod| {
            pod["metadata"]["annotations"]["simulator.io/load"] = load.into();
        });
    }
}
