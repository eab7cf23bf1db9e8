// The adapter that oidc-provider asks for, on one SQLite table: WAL, prepared statements, synchronous as named.
// A Map where nothing is stored.
import Database from 'better-sqlite3';

export function openStore(file, durability) {
  if (durability === 'memory') return memory();
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${durability}`);
  db.exec(`CREATE TABLE IF NOT EXISTS models (
    kind TEXT NOT NULL, id TEXT NOT NULL, grant_id TEXT, uid TEXT, user_code TEXT, payload TEXT NOT NULL, expires_at INTEGER, consumed INTEGER,
    PRIMARY KEY (kind, id)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS models_grant ON models (grant_id) WHERE grant_id IS NOT NULL;
    CREATE INDEX IF NOT EXISTS models_uid ON models (kind, uid) WHERE uid IS NOT NULL;`);
  const put = db.prepare('INSERT OR REPLACE INTO models (kind, id, grant_id, uid, user_code, payload, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)');
  const get = db.prepare('SELECT payload, consumed, expires_at FROM models WHERE kind = ? AND id = ?');
  const byUid = db.prepare('SELECT payload, consumed, expires_at FROM models WHERE kind = ? AND uid = ?');
  const consume = db.prepare('UPDATE models SET consumed = ? WHERE kind = ? AND id = ?');
  const destroy = db.prepare('DELETE FROM models WHERE kind = ? AND id = ?');
  const revoke = db.prepare('DELETE FROM models WHERE grant_id = ?');
  const now = () => Math.floor(Date.now() / 1000);
  const read = (row) => {
    if (!row || (row.expires_at && row.expires_at < now())) return undefined;
    const payload = JSON.parse(row.payload);
    return row.consumed ? { ...payload, consumed: row.consumed } : payload;
  };
  return class Adapter {
    constructor(kind) { this.kind = kind; }
    async upsert(id, payload, expiresIn) { put.run(this.kind, id, payload.grantId ?? null, payload.uid ?? null, payload.userCode ?? null, JSON.stringify(payload), expiresIn ? now() + expiresIn : null); }
    async find(id) { return read(get.get(this.kind, id)); }
    async findByUid(uid) { return read(byUid.get(this.kind, uid)); }
    async findByUserCode() { return undefined; }
    async consume(id) { consume.run(now(), this.kind, id); }
    async destroy(id) { destroy.run(this.kind, id); }
    async revokeByGrantId(grantId) { revoke.run(grantId); }
  };
}

function memory() {
  const rows = new Map();
  return class Adapter {
    constructor(kind) { this.kind = kind; }
    async upsert(id, payload) { rows.set(this.kind + id, payload); }
    async find(id) { return rows.get(this.kind + id); }
    async findByUid() { return undefined; }
    async findByUserCode() { return undefined; }
    async consume(id) { const row = rows.get(this.kind + id); if (row) row.consumed = Math.floor(Date.now() / 1000); }
    async destroy(id) { rows.delete(this.kind + id); }
    async revokeByGrantId(grantId) { for (const [key, row] of rows) if (row.grantId === grantId) rows.delete(key); }
  };
}
