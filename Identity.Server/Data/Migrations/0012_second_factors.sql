-- Authenticator apps (RFC 6238): the secret, sealed, and the last time step that was accepted. One that is not confirmed counts for nothing.
CREATE TABLE totp_secrets (
    account_id   INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    sealed       {blob}  NOT NULL,
    last_step    BIGINT  NOT NULL,
    created_at   BIGINT  NOT NULL,
    confirmed_at BIGINT
);

-- Codes for whoever lost the telephone, as MACs over account and code; used once.
CREATE TABLE recovery_codes (
    mac        TEXT    NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    used_at    BIGINT
);
CREATE INDEX ix_recovery_codes_account_id ON recovery_codes (account_id);

-- Passwords that the server made for old clients of accounts with two-step verification, as MACs over account and password.
CREATE TABLE app_passwords (
    mac          TEXT    NOT NULL PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id           TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX ix_app_passwords_account_id ON app_passwords (account_id);

-- Sign-ins that wait for their second step, known by a handle that one browser holds, used once. With a sid, the session that is to be proved anew.
CREATE TABLE pending_sign_ins (
    handle_hash  TEXT    NOT NULL PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    amr          TEXT    NOT NULL,
    remember     BOOLEAN NOT NULL,
    sid          TEXT,
    begun_at     BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL,
    used_at      BIGINT
);
CREATE INDEX ix_pending_sign_ins_account_id ON pending_sign_ins (account_id);
CREATE INDEX ix_pending_sign_ins_expires_at ON pending_sign_ins (expires_at);
