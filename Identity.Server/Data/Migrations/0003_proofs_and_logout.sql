-- Proofs that may be used once: client assertions (RFC 7523).
CREATE TABLE used_proofs (
    key        TEXT   NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ix_used_proofs_expires_at ON used_proofs (expires_at);

-- Access tokens of clients that registered for handles in place of JWTs.
CREATE TABLE reference_tokens (
    handle_hash TEXT   NOT NULL PRIMARY KEY,
    claims      TEXT   NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX ix_reference_tokens_expires_at ON reference_tokens (expires_at);

-- Back-channel logouts to be delivered; done or given up ones keep why.
CREATE TABLE logout_deliveries (
    sid       TEXT    NOT NULL,
    client_id TEXT    NOT NULL,
    subject   TEXT    NOT NULL,
    issuer    TEXT    NOT NULL,
    due_at    BIGINT  NOT NULL,
    attempts  INTEGER NOT NULL,
    state     TEXT    NOT NULL,
    PRIMARY KEY (sid, client_id)
);
CREATE INDEX ix_logout_deliveries_state_due_at ON logout_deliveries (state, due_at);
