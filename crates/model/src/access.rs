//! Who is asking, and what they may do.

use crate::ids::UserId;
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads everything in scope.
    Viewer,
    /// Also places workloads, acknowledges alerts, cordons clusters.
    Operator,
    /// Also registers clusters, keeps users, channels and rules.
    Admin,
}

impl Role {
    pub const ALL: [Role; 3] = [Role::Viewer, Role::Operator, Role::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a use case does; `engine::authorize` holds each call against the caller's role and scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Clusters, resources, decisions, alerts, SLIs.
    Read,
    /// `dryRun` ≠ `none`, what-if.
    Plan,
    /// Placing a workload and steering its attempts.
    Schedule,
    /// Cordon and uncordon, an immediate probe.
    OperateCluster,
    /// Acknowledging alerts, silences.
    HandleAlert,
    /// Registering, changing and removing clusters and their credentials.
    ManageClusters,
    /// Alert rules and channels; deliveries carry receivers' answers, so they count here too.
    ManageAlerting,
    ManageUsers,
    ReadAudit,
    /// One's own password, tokens, preferences.
    OwnAccount,
}

impl Action {
    /// The least role that may do this.
    pub fn needs(self) -> Role {
        match self {
            Action::Read | Action::Plan | Action::OwnAccount => Role::Viewer,
            Action::Schedule | Action::OperateCluster | Action::HandleAlert => Role::Operator,
            Action::ManageClusters | Action::ManageAlerting | Action::ManageUsers | Action::ReadAudit => Role::Admin,
        }
    }
}

/// Either everything, or just the named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection<T> {
    All,
    Only(Vec<T>),
}

impl<T: PartialEq> Selection<T> {
    pub fn contains(&self, item: &T) -> bool {
        match self {
            Selection::All => true,
            Selection::Only(items) => items.contains(item),
        }
    }
}

/// The clusters × namespaces a caller sees. Every list, total and stream is computed within one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub clusters: Selection<crate::ids::ClusterId>,
    pub namespaces: Selection<String>,
}

impl Scope {
    pub const ALL: Scope = Scope { clusters: Selection::All, namespaces: Selection::All };

    pub fn sees_cluster(&self, id: &crate::ids::ClusterId) -> bool {
        self.clusters.contains(id)
    }

    /// Cluster-scoped objects (no namespace) are seen with their cluster.
    pub fn sees_namespace(&self, namespace: Option<&str>) -> bool {
        match (&self.namespaces, namespace) {
            (Selection::All, _) | (_, None) => true,
            (Selection::Only(names), Some(namespace)) => names.iter().any(|name| name == namespace),
        }
    }
}

/// How the caller proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    Session,
    Token {
        id: String,
    },
    /// The command line on the data directory, or the server itself.
    System,
}

/// The caller of a use case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub user: UserId,
    pub name: String,
    pub role: Role,
    pub scope: Scope,
    pub via: Via,
}

impl Caller {
    pub fn may(&self, action: Action) -> bool {
        self.role >= action.needs()
    }

    /// The server acting by itself: start-up imports, the command line.
    pub fn system() -> Caller {
        Caller {
            user: UserId::new("system"),
            name: "system".into(),
            role: Role::Admin,
            scope: Scope::ALL,
            via: Via::System,
        }
    }
}
