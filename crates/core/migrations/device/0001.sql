-- What belongs to this device and to no community.
CREATE TABLE setting (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Communities joined here; each has a database of its own, named after the id.
CREATE TABLE account (
  id BLOB PRIMARY KEY NOT NULL,
  server TEXT NOT NULL,
  community TEXT NOT NULL DEFAULT '',
  person_name TEXT NOT NULL DEFAULT '',
  -- SHA-256 of the code it was joined with: the same letter opened twice shows the same account.
  code_hash BLOB NOT NULL,
  joined_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A join that was begun: asked again with the same ids when its answer was lost.
CREATE TABLE joining (
  server TEXT NOT NULL,
  code TEXT NOT NULL,
  op_id BLOB NOT NULL,
  device_key BLOB NOT NULL,
  PRIMARY KEY (server, code)
) STRICT, WITHOUT ROWID;
