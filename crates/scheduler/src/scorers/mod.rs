//! The scorers. Each looks at the candidates together and gives every one a raw and a normalised score;
//! integers only, so that they are the same on every machine.

mod balanced_allocation;
mod cluster_weight;
mod fit_headroom;
mod least_requested;
mod normalize;
mod staleness;
mod taint_toleration;
mod topology_spread;

pub(crate) use fit_headroom::headroom;

use crate::case::Case;
use model::fleet::Fleet;

/// One score: as measured, and as 0..100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scored {
    pub raw: i64,
    pub normalized: i64,
}

impl Scored {
    pub fn absolute(score: i64) -> Scored {
        Scored { raw: score, normalized: score.clamp(0, 100) }
    }
}

/// One scorer.
pub struct Scorer {
    pub name: &'static str,
    /// Depends on which other clusters are candidates, so that a loser can change who wins.
    pub relative: bool,
    pub(crate) score: fn(&Fleet, &[&Case<'_>]) -> Vec<Scored>,
}

pub static SCORERS: [Scorer; 7] = [
    Scorer { name: "LeastRequested", relative: false, score: least_requested::score },
    Scorer { name: "BalancedAllocation", relative: false, score: balanced_allocation::score },
    Scorer { name: "FitHeadroom", relative: false, score: fit_headroom::score },
    Scorer { name: "TopologySpread", relative: true, score: topology_spread::score },
    Scorer { name: "ClusterWeight", relative: true, score: cluster_weight::score },
    Scorer { name: "Staleness", relative: false, score: staleness::score },
    Scorer { name: "TaintToleration", relative: true, score: taint_toleration::score },
];
