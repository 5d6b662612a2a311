//! Units of work: one transaction, and the repositories that read and write within it.

use std::{
    marker::PhantomData,
    sync::{Arc, OnceLock},
};

use sqlx::Transaction;

use crate::{AuditKey, StoreError, dialect::Db, repositories as r};

/// Marks a unit that can only read.
pub struct ReadOnly;

/// Marks a unit that can write.
pub struct ReadWrite;

/// A unit of work. Dropping it undoes everything it wrote. After an error drop it: SQLite may have undone
/// it already, and what is written to it afterwards would stand alone.
#[must_use = "what is not committed is undone"]
pub struct Unit<M> {
    pub(crate) tx: Transaction<'static, Db>,
    pub(crate) audit_key: Arc<OnceLock<AuditKey>>,
    pub(crate) mode: PhantomData<M>,
}

/// Reads one consistent state of the database.
pub type ReadUnit = Unit<ReadOnly>;

/// Reads and writes; nothing is visible to others before [`Unit::commit`].
pub type WriteUnit = Unit<ReadWrite>;

impl Unit<ReadWrite> {
    /// Makes everything written in this unit durable, at once.
    ///
    /// # Errors
    /// [`StoreError::Full`] and others; nothing is kept then.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }

    /// Undoes everything written in this unit.
    ///
    /// # Errors
    /// That of the connection; nothing is kept either way.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.tx.rollback().await?)
    }
}

macro_rules! accessors {
    ($($(#[$doc:meta])* $method:ident: $module:ident::$name:ident),+ $(,)?) => {
        impl<M> Unit<M> {
            $($(#[$doc])*
            pub fn $method(&mut self) -> r::$module::$name<'_, M> {
                r::$module::$name { conn: &mut self.tx, mode: PhantomData }
            })+
        }
    };
}

accessors! {
    /// Instance-wide values.
    settings: settings::Settings,
    /// Accounts.
    users: users::Users,
    /// Roles limited to clusters and namespaces.
    role_bindings: role_bindings::RoleBindings,
    /// Browser sessions.
    sessions: sessions::Sessions,
    /// API tokens.
    tokens: tokens::Tokens,
    /// Single-use set-up links.
    setup_tokens: setup_tokens::SetupTokens,
    /// Member clusters.
    clusters: clusters::Clusters,
    /// Their credentials.
    credentials: credentials::Credentials,
    /// The mirror's saved state.
    checkpoints: checkpoints::Checkpoints,
    /// Placement decisions.
    decisions: decisions::Decisions,
    /// What was tried for a decision.
    attempts: attempts::Attempts,
    /// Capacity set aside for decisions under way.
    reservations: reservations::Reservations,
    /// Work that must be finished even after a restart.
    intents: intents::Intents,
    /// Keys of requests that must not be done twice.
    idempotency: idempotency::Idempotency,
    /// Scheduling profiles.
    profiles: profiles::Profiles,
    /// Measured service levels.
    slis: slis::Slis,
    /// Alert rules.
    alert_rules: alert_rules::AlertRules,
    /// Alerts and their history.
    alerts: alerts::Alerts,
    /// Silences.
    silences: silences::Silences,
    /// Notification channels.
    channels: channels::Channels,
    /// The outbox of notifications.
    deliveries: deliveries::Deliveries,
}

impl<M> Unit<M> {
    /// The audit.
    pub fn audit(&mut self) -> r::audit::Audit<'_, M> {
        r::audit::Audit { conn: &mut self.tx, key: self.audit_key.get(), mode: PhantomData }
    }
}
