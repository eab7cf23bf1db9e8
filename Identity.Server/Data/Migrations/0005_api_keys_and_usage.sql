-- NLECloud's API keys: sealed, and found again by a keyed hash. A key without one is for display only.
CREATE TABLE api_keys (
    account_id    INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    sealed        {blob}  NOT NULL,
    mac           TEXT,
    expires_at    BIGINT  NOT NULL,
    expires_rest  INTEGER NOT NULL,
    set_by_number INTEGER NOT NULL,
    set_from      TEXT    NOT NULL,
    set_at        BIGINT  NOT NULL
);
CREATE UNIQUE INDEX ix_api_keys_mac ON api_keys (mac);

-- Who still calls which route of a legacy API, and with what result; every node adds to it.
CREATE TABLE legacy_usage (
    api      TEXT   NOT NULL,
    route    TEXT   NOT NULL,
    version  TEXT   NOT NULL,
    outcome  TEXT   NOT NULL,
    calls    BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    PRIMARY KEY (api, route, version, outcome)
);
