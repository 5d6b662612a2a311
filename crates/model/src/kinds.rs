//! The mirrored kinds and their columns, as data: lists, filters, sorting, CSV and the console's tables
//! all read this one table.

use crate::columns::Access;
use crate::rows::KINDS;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A kind that the mirror keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MirroredKind {
    Pod,
    Node,
    Namespace,
    Deployment,
    StatefulSet,
    DaemonSet,
    ReplicaSet,
    Job,
    ResourceQuota,
    LimitRange,
    PersistentVolumeClaim,
    Event,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    Text,
    Number,
    /// CPU in milli-cores.
    Milli,
    Bytes,
    /// A point in time; filters speak of it as an age.
    Time,
    Bool,
    Labels,
    List,
    Ratio,
}

/// One column of a kind. A dot in the name makes a nested object on the wire: `requests.cpu` is `{"requests":{"cpu":…}}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub of: ColumnType,
    /// Other words for it in queries.
    pub aliases: &'static [&'static str],
    /// Where its cells are found.
    pub at: Access,
}

pub(crate) const fn column(name: &'static str, of: ColumnType, at: Access) -> Column {
    Column { name, of, aliases: &[], at }
}

/// What every row has.
pub const COMMON_COLUMNS: &[Column] = &[
    column("cluster", ColumnType::Text, Access::Cluster),
    Column { aliases: &["ns"], ..column("namespace", ColumnType::Text, Access::Namespace) },
    column("name", ColumnType::Text, Access::Name),
    column("uid", ColumnType::Text, Access::Uid),
    Column { aliases: &["age", "created"], ..column("createdAt", ColumnType::Time, Access::CreatedAt) },
    Column { aliases: &["label"], ..column("labels", ColumnType::Labels, Access::Labels) },
    column("syncedAt", ColumnType::Time, Access::SyncedAt),
];

/// A mirrored kind: its names in the API and its own columns, in the order tables show them.
#[derive(Debug, PartialEq, Eq)]
pub struct KindSpec {
    pub mirrored: MirroredKind,
    pub kind: &'static str,
    pub plural: &'static str,
    pub group: &'static str,
    pub version: &'static str,
    pub namespaced: bool,
    pub columns: &'static [Column],
}

impl KindSpec {
    /// A column by its name or one of its aliases, common ones included.
    pub fn column(&self, word: &str) -> Option<&'static Column> {
        self.columns.iter().chain(COMMON_COLUMNS).find(|c| c.name == word || c.aliases.contains(&word))
    }

    /// `v1` or `apps/v1`.
    pub fn api_version(&self) -> String {
        match self.group {
            "" => self.version.to_string(),
            group => format!("{group}/{}", self.version),
        }
    }
}

impl MirroredKind {
    pub const ALL: [MirroredKind; 12] = [
        MirroredKind::Pod,
        MirroredKind::Node,
        MirroredKind::Namespace,
        MirroredKind::Deployment,
        MirroredKind::StatefulSet,
        MirroredKind::DaemonSet,
        MirroredKind::ReplicaSet,
        MirroredKind::Job,
        MirroredKind::ResourceQuota,
        MirroredKind::LimitRange,
        MirroredKind::PersistentVolumeClaim,
        MirroredKind::Event,
    ];

    pub fn spec(self) -> &'static KindSpec {
        KINDS[self as usize]
    }

    /// By plural name, `pods`, or with its group behind it, `deployments.apps`.
    pub fn from_plural(plural: &str) -> Option<MirroredKind> {
        KINDS
            .iter()
            .find(|k| {
                plural == k.plural
                    || plural.split_once('.').is_some_and(|(name, group)| name == k.plural && group == k.group)
            })
            .map(|k| k.mirrored)
    }

    /// The order of its list where none is asked for.
    pub fn default_sort(self) -> &'static str {
        match self {
            MirroredKind::Event => "-lastSeen",
            _ => "",
        }
    }

    /// The key of this kind in `ages`.
    pub fn key(self) -> &'static str {
        match self {
            MirroredKind::Pod => "pod",
            MirroredKind::Node => "node",
            MirroredKind::Namespace => "namespace",
            MirroredKind::Deployment => "deployment",
            MirroredKind::StatefulSet => "statefulSet",
            MirroredKind::DaemonSet => "daemonSet",
            MirroredKind::ReplicaSet => "replicaSet",
            MirroredKind::Job => "job",
            MirroredKind::ResourceQuota => "resourceQuota",
            MirroredKind::LimitRange => "limitRange",
            MirroredKind::PersistentVolumeClaim => "persistentVolumeClaim",
            MirroredKind::Event => "event",
        }
    }
}

impl fmt::Display for MirroredKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spec().kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_plural_with_and_without_group() {
        for kind in MirroredKind::ALL {
            let spec = kind.spec();
            assert_eq!(spec.mirrored, kind);
            assert_eq!(MirroredKind::from_plural(spec.plural), Some(kind));
            assert_eq!(MirroredKind::from_plural(&format!("{}.{}", spec.plural, spec.group)), Some(kind));
        }
        assert_eq!(MirroredKind::from_plural("pods.metrics.k8s.io"), None);
    }

    #[test]
    fn columns_are_found_by_alias() {
        let pods = MirroredKind::Pod.spec();
        assert_eq!(pods.column("ns").map(|c| c.name), Some("namespace"));
        assert_eq!(pods.column("age").map(|c| c.name), Some("createdAt"));
        assert_eq!(pods.column("image").map(|c| c.name), Some("images"));
        assert_eq!(pods.column("nope"), None);
    }
}
