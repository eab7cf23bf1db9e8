-- Claims that were asked for by name (OpenID Connect Core 5.5), as JSON: with the code, and with what its redemption began.
ALTER TABLE authorization_codes ADD COLUMN claims TEXT;
ALTER TABLE refresh_families ADD COLUMN claims TEXT;

-- Names of claims that a person allowed one by one, space-separated, beside the scopes.
ALTER TABLE consents ADD COLUMN claims TEXT NOT NULL DEFAULT '';
