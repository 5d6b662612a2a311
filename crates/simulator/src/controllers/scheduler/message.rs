//! The message of an unschedulable pod. Upstream: `pkg/scheduler/framework/types.go`, `FitError.Error`.

use std::collections::BTreeMap;

use super::filter::Misfit;

fn reason(misfit: &Misfit) -> String {
    match misfit {
        Misfit::Unschedulable => "node(s) were unschedulable".to_owned(),
        Misfit::Taint { key, value } => format!("node(s) had untolerated taint {{{key}: {value}}}"),
        Misfit::Affinity => "node(s) didn't match Pod's node affinity/selector".to_owned(),
        Misfit::TooManyPods => "Too many pods".to_owned(),
        Misfit::Insufficient(resource) => format!("Insufficient {resource}"),
    }
}

/// `0/5 nodes are available: 2 Insufficient cpu, … preemption: 0/5 nodes are available: …`
pub(super) fn unschedulable(nodes: usize, reasons: &BTreeMap<Misfit, usize>) -> String {
    if nodes == 0 {
        return "no nodes available to schedule pods".to_owned();
    }
    let mut counted: Vec<String> =
        reasons.iter().map(|(misfit, count)| format!("{count} {}", reason(misfit))).collect();
    counted.sort();
    // A node has several reasons only when room is short, so these nodes are the ones left over.
    let hopeless: usize =
        reasons.iter().filter(|(misfit, _)| !misfit.preemption_may_help()).map(|(_, count)| count).sum();
    let mut preemption = Vec::new();
    if hopeless > 0 {
        preemption.push(format!("{hopeless} Preemption is not helpful for scheduling"));
    }
    if nodes > hopeless {
        preemption.push(format!("{} No preemption victims found for incoming pod", nodes - hopeless));
    }
    format!(
        "0/{nodes} nodes are available: {}. preemption: 0/{nodes} nodes are available: {}.",
        counted.join(", "),
        preemption.join(", "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wording() {
        let reasons = BTreeMap::from([
            (Misfit::Insufficient("cpu".into()), 2),
            (Misfit::Taint { key: "gpu".into(), value: "yes".into() }, 1),
        ]);
        assert_eq!(
            unschedulable(3, &reasons),
            "0/3 nodes are available: 1 node(s) had untolerated taint {gpu: yes}, 2 Insufficient cpu. \
             preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, \
             2 No preemption victims found for incoming pod."
        );
        assert_eq!(unschedulable(0, &BTreeMap::new()), "no nodes available to schedule pods");
    }
}
