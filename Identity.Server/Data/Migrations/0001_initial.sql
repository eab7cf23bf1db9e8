-- One text for both databases. {id}, {blob} and {guid} stand for what each calls them (see Migrator).
-- Instants are Unix milliseconds, UTC.

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE changes (
    name    TEXT   NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);

CREATE TABLE root_keys (
    id         INTEGER NOT NULL PRIMARY KEY,
    wrapped    {blob}  NOT NULL,
    created_at BIGINT  NOT NULL
);

CREATE TABLE signing_keys (
    kid          TEXT    NOT NULL PRIMARY KEY,
    algorithm    TEXT    NOT NULL,
    sequence     INTEGER NOT NULL,
    announced_at BIGINT  NOT NULL,
    signs_from   BIGINT  NOT NULL,
    wrapped      {blob}  NOT NULL
);
CREATE UNIQUE INDEX ix_signing_keys_algorithm_sequence ON signing_keys (algorithm, sequence);

CREATE TABLE data_protection_keys (
    id            {id},
    friendly_name TEXT,
    xml           TEXT NOT NULL
);

CREATE TABLE clients (
    client_id   TEXT   NOT NULL PRIMARY KEY,
    origin      TEXT   NOT NULL,
    metadata    TEXT   NOT NULL,
    updated_at  BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE accounts (
    id                    {id},
    subject               TEXT    NOT NULL,
    user_name             TEXT,
    email                 TEXT,
    email_verified        BOOLEAN NOT NULL,
    phone_number          TEXT,
    phone_number_verified BOOLEAN NOT NULL,
    password_hash         TEXT,
    security_stamp        TEXT,
    concurrency_stamp     TEXT,
    two_factor_enabled    BOOLEAN NOT NULL,
    name                  TEXT,
    given_name            TEXT,
    family_name           TEXT,
    middle_name           TEXT,
    nickname              TEXT,
    profile               TEXT,
    picture               TEXT,
    website               TEXT,
    gender                TEXT,
    birthdate             TEXT,
    zoneinfo              TEXT,
    locale                TEXT,
    address               TEXT,
    admin                 BOOLEAN NOT NULL,
    created_at            BIGINT  NOT NULL,
    updated_at            BIGINT  NOT NULL,
    disabled_at           BIGINT,
    sessions_ended_at     BIGINT
);
CREATE UNIQUE INDEX ix_accounts_subject ON accounts (subject);

CREATE TABLE sign_in_names (
    name       TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_sign_in_names_account_id ON sign_in_names (account_id);

CREATE TABLE refresh_families (
    id                  {guid}  NOT NULL PRIMARY KEY,
    client_id           TEXT    NOT NULL,
    account_id          INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    mac_key_id          INTEGER NOT NULL,
    salt                {blob}  NOT NULL,
    generation          BIGINT  NOT NULL,
    rotated_at          BIGINT  NOT NULL,
    expires_at          BIGINT  NOT NULL,
    absolute_expires_at BIGINT  NOT NULL,
    revoked_at          BIGINT,
    created_at          BIGINT  NOT NULL,
    scope               TEXT    NOT NULL,
    auth_time           BIGINT  NOT NULL,
    amr                 TEXT    NOT NULL,
    session_key         TEXT
);
CREATE INDEX ix_refresh_families_account_id ON refresh_families (account_id);
CREATE INDEX ix_refresh_families_expires_at ON refresh_families (expires_at);
-- One living family for each account and legacy session.
CREATE UNIQUE INDEX ix_refresh_families_session ON refresh_families (account_id, client_id, session_key)
    WHERE session_key IS NOT NULL AND revoked_at IS NULL;

CREATE TABLE revoked_tokens (
    jti        TEXT   NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ix_revoked_tokens_expires_at ON revoked_tokens (expires_at);

CREATE TABLE throttle (
    key           TEXT    NOT NULL PRIMARY KEY,
    charges       INTEGER NOT NULL,
    since         BIGINT  NOT NULL,
    blocked_until BIGINT  NOT NULL
);
CREATE INDEX ix_throttle_since ON throttle (since);

CREATE TABLE email_codes (
    key         TEXT    NOT NULL PRIMARY KEY,
    code_mac    TEXT    NOT NULL,
    sent_at     BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    tries       INTEGER NOT NULL,
    used_at     BIGINT,
    day         BIGINT  NOT NULL,
    sent_today  INTEGER NOT NULL,
    wrong_today INTEGER NOT NULL
);
CREATE INDEX ix_email_codes_sent_at ON email_codes (sent_at);

CREATE TABLE legacy_members (
    api           TEXT    NOT NULL,
    account_id    INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    number        INTEGER NOT NULL,
    visit_count   INTEGER NOT NULL,
    last_visit_at BIGINT  NOT NULL,
    last_address  TEXT,
    profile       TEXT,
    PRIMARY KEY (api, account_id)
);
CREATE INDEX ix_legacy_members_account_id ON legacy_members (account_id);
CREATE UNIQUE INDEX ix_legacy_members_api_number ON legacy_members (api, number);

CREATE TABLE legacy_counters (
    api         TEXT    NOT NULL PRIMARY KEY,
    next_number INTEGER NOT NULL
);
