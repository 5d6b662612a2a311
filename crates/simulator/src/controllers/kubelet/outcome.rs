//! How the start of a pod ends.

use serde_json::Value;

use crate::controllers::objects::{controller_of, items};
use crate::fleet::Seeded;

/// Forces the outcome of a pod: `run`, `crash`, `image-pull`, `never-ready` or `complete`.
const ANNOTATION: &str = "simulator.io/outcome";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Run,
    Crash,
    ImagePull,
    NeverReady,
    Complete,
}

/// By annotation, then by image tag (`…:crash`, `…:missing`), then by owner and chance.
pub(super) fn of(pod: &Value, failure_ratio: f64, rng: &mut Seeded) -> Outcome {
    match pod["metadata"]["annotations"][ANNOTATION].as_str() {
        Some("run") => return Outcome::Run,
        Some("crash") => return Outcome::Crash,
        Some("image-pull") => return Outcome::ImagePull,
        Some("never-ready") => return Outcome::NeverReady,
        Some("complete") => return Outcome::Complete,
        _ => {}
    }
    let tagged = |tag: &str| {
        items(&pod["spec"]["containers"]).any(|container| container["image"].as_str().is_some_and(|i| i.ends_with(tag)))
    };
    if tagged(":crash") {
        Outcome::Crash
    } else if tagged(":missing") {
        Outcome::ImagePull
    } else if failure_ratio > 0.0 && rng.chance(failure_ratio) {
        if rng.chance(0.5) { Outcome::Crash } else { Outcome::ImagePull }
    } else if controller_of(pod).is_some_and(|owner| owner["kind"] == "Job") {
        Outcome::Complete
    } else {
        Outcome::Run
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forced_outcomes_win_over_chance() {
        let pod = |image: &str, forced: Value| json!({"metadata": {"annotations": {ANNOTATION: forced}}, "spec": {"containers": [{"image": image}]}});
        let cases = [
            (pod("shop/web:1.2", Value::Null), 0.0, Outcome::Run),
            (pod("shop/web:crash", Value::Null), 0.0, Outcome::Crash),
            (pod("shop/web:missing", Value::Null), 0.0, Outcome::ImagePull),
            (pod("shop/web:crash", json!("run")), 1.0, Outcome::Run),
            (pod("shop/web:1.2", json!("never-ready")), 0.0, Outcome::NeverReady),
        ];
        for (pod, ratio, expected) in cases {
            assert_eq!(of(&pod, ratio, &mut Seeded::new(1)), expected, "{pod}");
        }
        let mut rng = Seeded::new(1);
        let plain = pod("shop/web:1.2", Value::Null);
        let failed = (0..1000).filter(|_| of(&plain, 0.3, &mut rng) != Outcome::Run).count();
        assert!((200..400).contains(&failed), "{failed}");
    }
}
