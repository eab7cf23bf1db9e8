-- Passkeys: what WebAuthn §4 calls the credential record, less the attestation, which nobody asks for.
CREATE TABLE passkeys (
    credential_id   TEXT    NOT NULL PRIMARY KEY,
    account_id      INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name            TEXT    NOT NULL,
    public_key      {blob}  NOT NULL,
    sign_count      BIGINT  NOT NULL,
    transports      TEXT    NOT NULL,
    backup_eligible BOOLEAN NOT NULL,
    backed_up       BOOLEAN NOT NULL,
    created_at      BIGINT  NOT NULL,
    used_at         BIGINT
);
CREATE INDEX ix_passkeys_account_id ON passkeys (account_id);
