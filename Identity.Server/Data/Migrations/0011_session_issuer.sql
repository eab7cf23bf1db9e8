-- Where the person signed in: who is told of the end must hear it from that issuer, also when no request is at hand.
ALTER TABLE sessions ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
