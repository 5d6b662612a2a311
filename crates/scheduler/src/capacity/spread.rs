//! The arithmetic of topology spread constraints (`podtopologyspread/filtering.go`).

/// One domain: pods that count there already, and how many more it has room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Domain {
    pub count: i64,
    pub room: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skew {
    pub max_skew: i64,
    /// None: one.
    pub min_domains: Option<i64>,
    /// The pod counts itself: it matches the constraint's own selector.
    pub counts_itself: bool,
}

impl Skew {
    /// The smallest count that others are measured against; zero while there are too few domains.
    pub fn global_min(&self, counts: impl Iterator<Item = i64>) -> i64 {
        let (mut least, mut domains) = (i64::MAX, 0);
        for count in counts {
            least = least.min(count);
            domains += 1;
        }
        if domains == 0 || domains < self.min_domains.unwrap_or(1) { 0 } else { least }
    }

    /// Whether one more pod may go to a domain of this count.
    pub fn allows(&self, count: i64, global_min: i64) -> bool {
        count + i64::from(self.counts_itself) - global_min <= self.max_skew
    }

    /// How many pods each domain takes, placed as evenly as possible.
    pub fn shares(&self, domains: &[Domain]) -> Vec<i64> {
        let min = self.global_min(domains.iter().map(|domain| domain.count));
        if !self.counts_itself {
            return domains.iter().map(|d| if self.allows(d.count, min) { d.room } else { 0 }).collect();
        }
        // Domains rise together: the lowest stops where its room ends.
        let level = self.global_min(domains.iter().map(|domain| domain.count.saturating_add(domain.room)));
        let top = level.saturating_add(self.max_skew);
        domains.iter().map(|domain| domain.room.min((top - domain.count).max(0))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(rooms: &[i64], max_skew: i64, min_domains: Option<i64>) -> i64 {
        let domains: Vec<_> = rooms.iter().map(|room| Domain { count: 0, room: *room }).collect();
        Skew { max_skew, min_domains, counts_itself: true }.shares(&domains).iter().sum()
    }

    #[test]
    fn capacity_is_bounded_by_the_smallest_domain() {
        assert_eq!(total(&[10, 10, 2], 1, None), 8);
        assert_eq!(total(&[10, 10, 0], 1, None), 2);
        assert_eq!(total(&[5, 5, 5], 1, None), 15);
        assert_eq!(total(&[10, 4], 2, None), 10);
        assert_eq!(total(&[100], 1, Some(3)), 1);
        assert_eq!(total(&[], 1, None), 0);
    }

    /// The verdicts of `filtering_test.go` that follow from counts alone; rows D1 to D12.
    #[test]
    fn single_constraints_follow_upstream() {
        type Row = (&'static str, &'static [i64], i64, Option<i64>, bool, &'static [bool]);
        let rows: &[Row] = &[
            ("D1", &[0, 0], 1, None, true, &[true, true]),
            ("D2", &[0, 2], 1, None, true, &[true, false]),
            ("D3", &[3, 3], 1, None, true, &[true, true]),
            ("D4", &[1, 2], 1, None, true, &[true, false]),
            ("D6", &[2, 1, 0, 3], 1, None, true, &[false, false, true, false]),
            ("D7", &[2, 1, 0, 3], 2, None, true, &[false, true, true, false]),
            ("D8", &[2, 1, 0, 3], 1, None, false, &[false, true, true, false]),
            ("D10", &[0, 1], 1, None, true, &[true, false]),
            ("D11", &[2, 2, 1], 2, Some(4), true, &[false, false, true]),
            ("D12", &[2, 2, 1], 2, Some(2), true, &[true, true, true]),
            ("D21", &[0, 1], 1, None, true, &[true, false]),
        ];
        for (row, counts, max_skew, min_domains, counts_itself, want) in rows {
            let skew = Skew { max_skew: *max_skew, min_domains: *min_domains, counts_itself: *counts_itself };
            let min = skew.global_min(counts.iter().copied());
            let got: Vec<_> = counts.iter().map(|count| skew.allows(*count, min)).collect();
            assert_eq!(&got, want, "{row}");
        }
    }

    #[test]
    fn existing_pods_count() {
        let skew = Skew { max_skew: 1, min_domains: None, counts_itself: true };
        let shares = skew.shares(&[Domain { count: 3, room: 10 }, Domain { count: 0, room: 2 }]);
        assert_eq!(shares, [0, 2]);
    }
}
