CREATE TABLE sessions (
    sid         TEXT    NOT NULL PRIMARY KEY,
    handle_hash TEXT    NOT NULL,
    account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    auth_time   BIGINT  NOT NULL,
    amr         TEXT    NOT NULL,
    remembered  BOOLEAN NOT NULL,
    seen_at     BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    ended_at    BIGINT
);
CREATE UNIQUE INDEX ix_sessions_handle_hash ON sessions (handle_hash);
CREATE INDEX ix_sessions_account_id ON sessions (account_id);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);

CREATE TABLE session_clients (
    sid       TEXT NOT NULL REFERENCES sessions (sid) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    PRIMARY KEY (sid, client_id)
);

CREATE TABLE consents (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    client_id  TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    granted_at BIGINT  NOT NULL,
    PRIMARY KEY (account_id, client_id)
);

-- A request that waits: for its person, or (pushed) for its browser.
CREATE TABLE authorize_requests (
    handle_hash    TEXT    NOT NULL PRIMARY KEY,
    kind           TEXT    NOT NULL,
    client_id      TEXT    NOT NULL,
    parameters     TEXT    NOT NULL,
    browser_hash   TEXT,
    asked_at       BIGINT  NOT NULL,
    expires_at     BIGINT  NOT NULL,
    account_chosen BOOLEAN NOT NULL,
    used_at        BIGINT
);
CREATE INDEX ix_authorize_requests_expires_at ON authorize_requests (expires_at);

CREATE TABLE authorization_codes (
    code_hash    TEXT    NOT NULL PRIMARY KEY,
    client_id    TEXT    NOT NULL,
    account_id   INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    sid          TEXT    NOT NULL,
    redirect_uri TEXT    NOT NULL,
    scope        TEXT    NOT NULL,
    resources    TEXT    NOT NULL,
    nonce        TEXT,
    challenge    TEXT,
    auth_time    BIGINT  NOT NULL,
    amr          TEXT    NOT NULL,
    expires_at   BIGINT  NOT NULL,
    redeemed_at  BIGINT,
    family_id    {guid}
);
CREATE INDEX ix_authorization_codes_account_id ON authorization_codes (account_id);
CREATE INDEX ix_authorization_codes_expires_at ON authorization_codes (expires_at);

ALTER TABLE refresh_families ADD COLUMN sid TEXT;
ALTER TABLE refresh_families ADD COLUMN resources TEXT;
CREATE INDEX ix_refresh_families_sid ON refresh_families (sid);
