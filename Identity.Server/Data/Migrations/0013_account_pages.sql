-- What a person recognises a session by: what the browser called itself, and where it was last seen.
ALTER TABLE sessions ADD COLUMN user_agent TEXT;
ALTER TABLE sessions ADD COLUMN address TEXT;
-- When everything else that the account had open was ended and this session was kept.
ALTER TABLE sessions ADD COLUMN continued_at BIGINT;

-- The picture of an account, without what a camera wrote into it. Its name is its address, and nobody can guess it.
CREATE TABLE pictures (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    media_type TEXT    NOT NULL,
    content    {blob}  NOT NULL,
    set_at     BIGINT  NOT NULL
);
CREATE UNIQUE INDEX ix_pictures_name ON pictures (name);

-- The e-mail address that an account asked for and has not proved yet.
CREATE TABLE email_changes (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    email      TEXT    NOT NULL,
    asked_at   BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL
);

-- Whose session it was, for clients that know people by names of their own: a deleted account cannot be asked any more.
ALTER TABLE logout_deliveries ADD COLUMN account_id INTEGER NOT NULL DEFAULT 0;
