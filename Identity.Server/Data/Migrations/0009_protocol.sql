-- Device flow (RFC 8628): the device polls with one code, its person enters the other on a page.
CREATE TABLE device_codes (
    device_hash      TEXT    NOT NULL PRIMARY KEY,
    user_hash        TEXT    NOT NULL,
    client_id        TEXT    NOT NULL,
    scope            TEXT    NOT NULL,
    resources        TEXT    NOT NULL,
    expires_at       BIGINT  NOT NULL,
    interval_seconds INTEGER NOT NULL,
    next_poll_at     BIGINT  NOT NULL,
    decided_at       BIGINT,
    account_id       INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
    sid              TEXT,
    auth_time        BIGINT,
    amr              TEXT,
    redeemed_at      BIGINT,
    family_id        {guid}
);
CREATE UNIQUE INDEX ix_device_codes_user_hash ON device_codes (user_hash);
CREATE INDEX ix_device_codes_account_id ON device_codes (account_id);
CREATE INDEX ix_device_codes_expires_at ON device_codes (expires_at);

-- DPoP (RFC 9449): the key that a code or a family is bound to, as its RFC 7638 thumbprint.
ALTER TABLE authorization_codes ADD COLUMN key_thumbprint TEXT;
ALTER TABLE refresh_families ADD COLUMN key_thumbprint TEXT;
