-- What happened, when, to whom, from where, by which client and with which outcome. Rows are added and, when old, removed; never changed.
CREATE TABLE audit_events (
    id        {bigid},
    at        BIGINT  NOT NULL,
    event_id  INTEGER NOT NULL,
    what      TEXT    NOT NULL,
    subject   TEXT,
    address   TEXT,
    client_id TEXT,
    outcome   TEXT    NOT NULL,
    detail    TEXT
);
CREATE INDEX ix_audit_events_at ON audit_events (at);

-- Mail that has still to leave, sealed by the master key; one that left is removed, one that cannot leave keeps why.
CREATE TABLE outbox_mails (
    id         {guid}  NOT NULL PRIMARY KEY,
    sealed     {blob}  NOT NULL,
    created_at BIGINT  NOT NULL,
    due_at     BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    attempts   INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    failure    TEXT
);
CREATE INDEX ix_outbox_mails_state_due_at ON outbox_mails (state, due_at);

-- The last run of each job on each node, for people.
CREATE TABLE job_runs (
    job          TEXT    NOT NULL,
    node         TEXT    NOT NULL,
    last_run_at  BIGINT  NOT NULL,
    milliseconds BIGINT  NOT NULL,
    runs         BIGINT  NOT NULL,
    failures     BIGINT  NOT NULL,
    last_failure TEXT,
    failed_at    BIGINT,
    PRIMARY KEY (job, node)
);
