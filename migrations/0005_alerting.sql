-- Measured levels, rules, alerts, silences, channels, and the outbox of notifications.

CREATE TABLE sli_samples (
    cluster_id TEXT    NOT NULL REFERENCES clusters (id),
    sli        TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    value      REAL,
    PRIMARY KEY (cluster_id, sli, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX sli_samples_at ON sli_samples (at);

CREATE TABLE alert_rules (
    name       TEXT    NOT NULL PRIMARY KEY,
    body       TEXT    NOT NULL,
    builtin    INTEGER NOT NULL CHECK (builtin IN (0, 1)),
    enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE alerts (
    id           TEXT    NOT NULL PRIMARY KEY,
    rule         TEXT    NOT NULL,
    fingerprint  TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('pending', 'firing', 'resolved')),
    severity     TEXT    NOT NULL,
    cluster_id   TEXT    REFERENCES clusters (id),
    cluster_name TEXT,
    labels       TEXT    NOT NULL,
    annotations  TEXT    NOT NULL,
    value        REAL,
    starts_at    INTEGER NOT NULL,
    fired_at     INTEGER,
    ends_at      INTEGER,
    ack_by       TEXT,
    ack_at       INTEGER,
    ack_note     TEXT,
    revision     INTEGER NOT NULL CHECK (revision >= 1)
) STRICT;
CREATE UNIQUE INDEX alerts_current ON alerts (fingerprint) WHERE state <> 'resolved';
CREATE INDEX alerts_state ON alerts (state, id);

CREATE TABLE silences (
    id         TEXT    NOT NULL PRIMARY KEY,
    matchers   TEXT    NOT NULL,
    starts_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    comment    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (ends_at > starts_at)
) STRICT;
CREATE INDEX silences_ends ON silences (ends_at);

CREATE TABLE channels (
    name          TEXT    NOT NULL PRIMARY KEY,
    kind          TEXT    NOT NULL,
    sealed_url    BLOB    NOT NULL,
    sealed_secret BLOB,
    settings      TEXT    NOT NULL,
    enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE deliveries (
    id              TEXT    NOT NULL PRIMARY KEY,
    channel         TEXT    NOT NULL,
    alert_id        TEXT    NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    alert_state     TEXT    NOT NULL CHECK (alert_state IN ('pending', 'firing', 'resolved')),
    alert_revision  INTEGER NOT NULL,
    payload         TEXT    NOT NULL,
    state           TEXT    NOT NULL
        CHECK (state IN ('pending', 'delivering', 'delivered', 'failed', 'dead')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    claimed_at      INTEGER,
    error_class     TEXT,
    response        TEXT,
    created_at      INTEGER NOT NULL,
    done_at         INTEGER,
    UNIQUE (channel, alert_id, alert_revision)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (channel, next_attempt_at) WHERE state = 'pending';
CREATE INDEX deliveries_open ON deliveries (channel, alert_id, alert_revision)
    WHERE state IN ('pending', 'delivering');
CREATE INDEX deliveries_alert ON deliveries (alert_id);
CREATE INDEX deliveries_state ON deliveries (state, id);
