//! Placing under rules that tie nodes together: in closed form where one rule stands alone, else replica
//! by replica as kube-scheduler would.

use super::spread::{Domain, Skew};

/// One rule over the values of a node label.
#[derive(Clone, Debug)]
pub(crate) struct DomainRule {
    pub kind: RuleKind,
    /// Pods that count already, by domain.
    pub counts: Vec<i64>,
    /// The domain of each eligible node; None where it lacks the label.
    pub of_node: Vec<Option<u32>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RuleKind {
    /// Evenly, within a skew; nodes without the label are out.
    Spread(Skew),
    /// At most one in a domain; nodes without the label are free of it.
    Apart,
}

/// More replicas than this are not placed one by one.
const MAX_STEPS: i64 = 20_000;

impl DomainRule {
    fn rooms(&self, rooms: &[i64]) -> Vec<i64> {
        let mut by_domain = vec![0_i64; self.counts.len()];
        for (room, domain) in rooms.iter().zip(&self.of_node) {
            if let Some(domain) = domain {
                by_domain[*domain as usize] = by_domain[*domain as usize].saturating_add(*room);
            }
        }
        by_domain
    }

    fn alone(&self, rooms: &[i64]) -> i64 {
        let by_domain = self.rooms(rooms);
        let free: i64 =
            rooms.iter().zip(&self.of_node).filter(|(_, domain)| domain.is_none()).map(|(room, _)| room).sum();
        match self.kind {
            RuleKind::Spread(skew) => {
                let domains: Vec<_> =
                    self.counts.iter().zip(by_domain).map(|(count, room)| Domain { count: *count, room }).collect();
                skew.shares(&domains).iter().sum()
            }
            RuleKind::Apart => {
                let one_each = by_domain.iter().zip(&self.counts).filter(|(room, count)| **room > 0 && **count == 0);
                one_each.count() as i64 + free
            }
        }
    }

    fn allows(&self, node: usize, global_min: i64) -> bool {
        match (self.kind, self.of_node[node]) {
            (RuleKind::Spread(skew), Some(domain)) => skew.allows(self.counts[domain as usize], global_min),
            (RuleKind::Spread(_), None) => false,
            (RuleKind::Apart, Some(domain)) => self.counts[domain as usize] == 0,
            (RuleKind::Apart, None) => true,
        }
    }

    fn global_min(&self) -> i64 {
        match self.kind {
            RuleKind::Spread(skew) => skew.global_min(self.counts.iter().copied()),
            RuleKind::Apart => 0,
        }
    }

    fn place(&mut self, node: usize) {
        let counts = match self.kind {
            RuleKind::Spread(skew) => skew.counts_itself,
            RuleKind::Apart => true,
        };
        if let (true, Some(domain)) = (counts, self.of_node[node]) {
            self.counts[domain as usize] += 1;
        }
    }

    fn level(&self, node: usize) -> i64 {
        self.of_node[node].map_or(0, |domain| self.counts[domain as usize])
    }
}

/// How many replicas fit under all rules. Exact for up to one rule; with several, what placing one by one
/// into the emptiest domains reaches, at most `enough`.
pub(crate) fn place(mut rooms: Vec<i64>, mut rules: Vec<DomainRule>, enough: i64) -> i64 {
    match rules.as_slice() {
        [] => return rooms.iter().fold(0, |sum, room| sum.saturating_add(*room)),
        [rule] => return rule.alone(&rooms),
        _ => {}
    }
    let mut placed = 0;
    while placed < enough.min(MAX_STEPS) {
        let mins: Vec<i64> = rules.iter().map(DomainRule::global_min).collect();
        let next = (0..rooms.len())
            .filter(|node| rooms[*node] > 0 && rules.iter().zip(&mins).all(|(rule, min)| rule.allows(*node, *min)))
            .min_by_key(|node| rules.iter().map(|rule| rule.level(*node)).sum::<i64>());
        let Some(node) = next else { break };
        rooms[node] -= 1;
        rules.iter_mut().for_each(|rule| rule.place(node));
        placed += 1;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(max_skew: i64, of_node: &[u32], domains: usize) -> DomainRule {
        DomainRule {
            kind: RuleKind::Spread(Skew { max_skew, min_domains: None, counts_itself: true }),
            counts: vec![0; domains],
            of_node: of_node.iter().map(|domain| Some(*domain)).collect(),
        }
    }

    #[test]
    fn one_rule_one_by_one_is_the_closed_form() {
        for rooms in [vec![10, 10, 2], vec![10, 10, 0], vec![5, 5, 5], vec![1, 7, 3]] {
            let rule = spread(1, &[0, 1, 2], 3);
            let twice = vec![rule.clone(), rule.clone()];
            assert_eq!(place(rooms.clone(), vec![rule], 100), place(rooms.clone(), twice, 100), "{rooms:?}");
        }
    }

    #[test]
    fn zones_and_hosts_together() {
        // two zones, a with two nodes, b with one: hosts 1 apart, zones 1 apart
        let zones = spread(1, &[0, 0, 1], 2);
        let hosts = spread(1, &[0, 1, 2], 3);
        assert_eq!(place(vec![5, 5, 2], vec![zones.clone()], 100), 5);
        assert_eq!(place(vec![5, 5, 2], vec![zones, hosts], 100), 5);
    }

    #[test]
    fn apart_takes_one_a_domain() {
        let rule =
            DomainRule { kind: RuleKind::Apart, counts: vec![0, 1], of_node: vec![Some(0), Some(0), Some(1), None] };
        assert_eq!(place(vec![5, 5, 5, 2], vec![rule], 100), 3);
    }
}
