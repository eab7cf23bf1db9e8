-- Browsers that need no second step for an account until expires_at, known by the hash of a handle in their cookie; one
-- browser may be known to several accounts. A row counts from the sign-in that made it: whatever ended that, ended it too.
CREATE TABLE remembered_devices (
    handle_hash TEXT    NOT NULL,
    account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at  BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    PRIMARY KEY (handle_hash, account_id)
);
CREATE INDEX ix_remembered_devices_account_id ON remembered_devices (account_id);
CREATE INDEX ix_remembered_devices_expires_at ON remembered_devices (expires_at);
