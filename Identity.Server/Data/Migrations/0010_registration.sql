-- Clients that registered themselves (RFC 7591) come back with a token of their own, of which this is the hash.
ALTER TABLE clients ADD COLUMN registration_hash TEXT;
