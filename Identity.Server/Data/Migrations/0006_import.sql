-- When an import brought the member; null for those whom this server numbered. A second run of the same import knows them by it.
ALTER TABLE legacy_members ADD COLUMN imported_at BIGINT;
