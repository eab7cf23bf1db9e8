-- Who somebody is at QQ or WeChat. Both columns are compared with case: identifiers there differ by it.
CREATE TABLE external_identities (
    provider   TEXT    NOT NULL,
    app_id     TEXT    NOT NULL,
    open_id    TEXT    NOT NULL,
    developer  TEXT    NOT NULL,
    union_id   TEXT,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    linked_at  BIGINT  NOT NULL,
    PRIMARY KEY (provider, app_id, open_id)
);
CREATE INDEX ix_external_identities_account_id ON external_identities (account_id);

-- The same person in every app of one developer account. Its primary key decides which of two first sign-ins was first.
CREATE TABLE external_unions (
    provider   TEXT    NOT NULL,
    developer  TEXT    NOT NULL,
    union_id   TEXT    NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (provider, developer, union_id)
);
CREATE INDEX ix_external_unions_account_id ON external_unions (account_id);

-- A provider's token for one of our apps, shared by all nodes; whoever holds the lease fetches the next.
CREATE TABLE external_app_tokens (
    app_id       TEXT   NOT NULL PRIMARY KEY,
    token        TEXT,
    expires_at   BIGINT NOT NULL,
    leased_until BIGINT NOT NULL
);
