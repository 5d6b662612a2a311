-- Member clusters. A row is never deleted, since history hangs on its id; removal frees name and uid.

CREATE TABLE clusters (
    id              TEXT    NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL,
    uid             TEXT,
    labels          TEXT    NOT NULL,
    taints          TEXT    NOT NULL,
    namespaces      TEXT    NOT NULL,
    metrics_sources TEXT    NOT NULL,
    weight          INTEGER NOT NULL CHECK (weight >= 0),
    cordoned        INTEGER NOT NULL DEFAULT 0 CHECK (cordoned IN (0, 1)),
    insecure        INTEGER NOT NULL DEFAULT 0 CHECK (insecure IN (0, 1)),
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    version         INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX clusters_live_name ON clusters (name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX clusters_live_uid ON clusters (uid) WHERE deleted_at IS NULL AND uid IS NOT NULL;

-- Exactly one active credential a cluster; replacing it overwrites the old one.
CREATE TABLE credentials (
    cluster_id     TEXT    NOT NULL PRIMARY KEY REFERENCES clusters (id),
    kind           TEXT    NOT NULL,
    sealed         BLOB    NOT NULL,
    identity       TEXT,
    expires_at     INTEGER,
    server_url     TEXT    NOT NULL,
    ca_fingerprint TEXT,
    updated_at     INTEGER NOT NULL
) STRICT;

-- The mirror's last saved state, which a restart resumes from. It can be rebuilt from the clusters.
CREATE TABLE mirror_checkpoints (
    cluster_id       TEXT    NOT NULL REFERENCES clusters (id),
    kind             TEXT    NOT NULL,
    namespace        TEXT    NOT NULL,
    resource_version TEXT    NOT NULL,
    synced_at        INTEGER NOT NULL,
    PRIMARY KEY (cluster_id, kind, namespace)
) STRICT;

CREATE TABLE mirror_blocks (
    cluster_id TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    namespace  TEXT    NOT NULL,
    number     INTEGER NOT NULL CHECK (number >= 0),
    bytes      BLOB    NOT NULL,
    PRIMARY KEY (cluster_id, kind, namespace, number),
    FOREIGN KEY (cluster_id, kind, namespace)
        REFERENCES mirror_checkpoints (cluster_id, kind, namespace) ON DELETE CASCADE
) STRICT;
