//! Names like those of a real company's fleet.

use std::collections::HashMap;

/// Where a cluster is and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub name: String,
    pub region: &'static str,
    pub env: &'static str,
    pub capacity_type: &'static str,
}

const REGIONS: [(&str, &str); 8] = [
    ("sh", "cn-shanghai"),
    ("bj", "cn-beijing"),
    ("gz", "cn-guangzhou"),
    ("fra", "eu-central-1"),
    ("sin", "ap-southeast-1"),
    ("hz", "cn-hangzhou"),
    ("dub", "eu-west-1"),
    ("iad", "us-east-1"),
];
const ENVS: [&str; 11] = ["prod", "prod", "staging", "prod", "prod", "dev", "prod", "staging", "prod", "prod", "dev"];

/// `sh-prod-1`, `bj-prod-1`, `gz-staging-1`, …; unique however many.
pub(super) fn cluster_names(count: usize) -> Vec<Place> {
    let mut numbers: HashMap<(&str, &str), usize> = HashMap::new();
    (0..count)
        .map(|index| {
            let (code, region) = REGIONS[index % REGIONS.len()];
            let env = ENVS[index % ENVS.len()];
            let number = numbers.entry((code, env)).or_default();
            *number += 1;
            let capacity_type = if env == "prod" { "on-demand" } else { "spot" };
            Place { name: format!("{code}-{env}-{number}"), region, env, capacity_type }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn unique_and_stable() {
        let places = cluster_names(300);
        let names: HashSet<_> = places.iter().map(|place| &place.name).collect();
        assert_eq!(names.len(), 300);
        let first: Vec<_> = places.iter().take(3).map(|place| place.name.as_str()).collect();
        assert_eq!(first, ["sh-prod-1", "bj-prod-1", "gz-staging-1"]);
    }
}
