-- Placement: decisions, what came of them, and what must survive a restart.

CREATE TABLE decisions (
    id              TEXT    NOT NULL PRIMARY KEY,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    actor           TEXT    NOT NULL,
    idempotency_key TEXT,
    request         TEXT    NOT NULL,
    outcome         TEXT    NOT NULL
        CHECK (outcome IN ('Scheduled', 'Unschedulable', 'Invalid', 'NeedsIntervention')),
    phase           TEXT    NOT NULL
        CHECK (phase IN ('Planned', 'Reserved', 'Applying', 'Applied', 'Progressing', 'Available',
                         'Failed', 'Unknown', 'NeedsIntervention', 'Abandoned')),
    cluster_id      TEXT    REFERENCES clusters (id),
    cluster_name    TEXT,
    namespace       TEXT,
    workload        TEXT,
    answer          TEXT    NOT NULL,
    seed            INTEGER NOT NULL,
    profile         TEXT    NOT NULL,
    profile_version INTEGER NOT NULL
) STRICT;
CREATE INDEX decisions_phase ON decisions (phase, id);
CREATE INDEX decisions_cluster ON decisions (cluster_name, id);

CREATE TABLE attempts (
    decision_id  TEXT    NOT NULL REFERENCES decisions (id) ON DELETE CASCADE,
    n            INTEGER NOT NULL CHECK (n >= 1),
    cluster_id   TEXT    NOT NULL REFERENCES clusters (id),
    cluster_name TEXT    NOT NULL,
    phase        TEXT    NOT NULL
        CHECK (phase IN ('Planned', 'Reserved', 'Applying', 'Applied', 'Progressing', 'Available',
                         'Failed', 'Unknown', 'NeedsIntervention', 'Abandoned')),
    started_at   INTEGER NOT NULL,
    ended_at     INTEGER,
    error        TEXT,
    created      TEXT    NOT NULL,
    PRIMARY KEY (decision_id, n)
) STRICT;

CREATE TABLE reservations (
    decision_id TEXT    NOT NULL REFERENCES decisions (id) ON DELETE CASCADE,
    cluster_id  TEXT    NOT NULL REFERENCES clusters (id),
    namespace   TEXT    NOT NULL,
    per_replica TEXT    NOT NULL,
    replicas    INTEGER NOT NULL CHECK (replicas >= 0),
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (decision_id, cluster_id)
) STRICT;
CREATE INDEX reservations_expiry ON reservations (expires_at);

CREATE TABLE intents (
    decision_id TEXT    NOT NULL PRIMARY KEY REFERENCES decisions (id) ON DELETE CASCADE,
    manifest    TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('pending', 'active', 'done', 'abandoned')),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX intents_open ON intents (state, decision_id) WHERE state IN ('pending', 'active');

CREATE TABLE idempotency (
    scope       TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    body_hash   BLOB    NOT NULL CHECK (length(body_hash) = 32),
    decision_id TEXT    REFERENCES decisions (id) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX idempotency_created ON idempotency (created_at);
CREATE INDEX idempotency_decision ON idempotency (decision_id);

CREATE TABLE profiles (
    name       TEXT    NOT NULL,
    version    INTEGER NOT NULL CHECK (version >= 1),
    body       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) STRICT;
