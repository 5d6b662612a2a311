//! Demand ahead of ours: pods that wait for a node, and room reserved for other decisions. It is placed
//! first-fit-decreasing onto what is free; what fits nowhere holds nothing.

use super::request::{Free, RequestVector, times};
use model::k8s::resources::Resources;

/// `replicas` pods of one shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Demand<'a> {
    pub per_replica: &'a Resources,
    pub replicas: i64,
}

/// Takes the demand out of the columns, which must follow every resource it names; returns how many pods
/// fit nowhere.
pub(crate) fn set_aside(demands: &[Demand<'_>], columns: &RequestVector<'_>, free: &mut [Free]) -> i64 {
    let mut order: Vec<&Demand<'_>> = demands.iter().filter(|demand| demand.replicas > 0).collect();
    order.sort_by(|a, b| {
        let size = |demand: &Demand<'_>| (demand.per_replica.cpu_milli, demand.per_replica.memory);
        size(b).cmp(&size(a)).then_with(|| b.per_replica.extended.cmp(&a.per_replica.extended))
    });
    let mut nowhere = 0;
    for demand in order {
        let mut left = demand.replicas;
        for node in free.iter_mut() {
            let taken = room(demand.per_replica, columns, node).min(left);
            take(demand.per_replica, columns, node, taken);
            left -= taken;
            if left == 0 {
                break;
            }
        }
        nowhere += left;
    }
    nowhere
}

fn room(asked: &Resources, columns: &RequestVector<'_>, node: &Free) -> i64 {
    let base = node
        .pods
        .max(0)
        .min(times(node.cpu_milli, asked.cpu_milli))
        .min(times(node.memory, asked.memory))
        .min(times(node.ephemeral_storage, asked.ephemeral_storage));
    let extended = columns.extended.iter().zip(&node.extended);
    extended.fold(base, |fit, ((name, _), free)| fit.min(times(*free, asked.get(name))))
}

fn take(asked: &Resources, columns: &RequestVector<'_>, node: &mut Free, replicas: i64) {
    let less = |free: &mut i64, request: i64| *free = free.saturating_sub(request.saturating_mul(replicas));
    less(&mut node.cpu_milli, asked.cpu_milli);
    less(&mut node.memory, asked.memory);
    less(&mut node.ephemeral_storage, asked.ephemeral_storage);
    less(&mut node.pods, 1);
    for ((name, _), free) in columns.extended.iter().zip(&mut node.extended) {
        less(free, asked.get(name));
    }
}
