-- A pushed request is used up when it is answered and not when it is opened (FAPI 2.0 Security Profile §5.3.2.2, note 3):
-- the requests that wait for a person remember which pushed one they came from.
ALTER TABLE authorize_requests ADD COLUMN pushed_hash TEXT;
