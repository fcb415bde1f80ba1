-- One row: who this device is in this community, and its tokens.
CREATE TABLE session (
  one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
  server TEXT NOT NULL,
  community_id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  device_id BLOB NOT NULL,
  device_key BLOB NOT NULL,
  access TEXT NOT NULL,
  refresh TEXT NOT NULL,
  -- Written before a refresh is asked for, so that an answer lost in a crash is given again.
  refresh_nonce TEXT NOT NULL DEFAULT ''
) STRICT;

-- One row: where the cache stands.
CREATE TABLE progress (
  one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
  cursor TEXT NOT NULL DEFAULT '',
  -- Scopes are being taken again: what is still stale at the end is gone.
  retaking INTEGER NOT NULL DEFAULT 0,
  updated_at INTEGER,
  -- What was published before this is not news to somebody who joined later.
  unread_since INTEGER NOT NULL DEFAULT 0,
  notified_at INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO progress (one) VALUES (1);

CREATE TABLE scope (
  key INTEGER PRIMARY KEY NOT NULL,
  name TEXT NOT NULL UNIQUE,
  position INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Through which scopes an entity is here; without any, it goes.
CREATE TABLE holding (
  entity TEXT NOT NULL,
  id BLOB NOT NULL,
  scope INTEGER NOT NULL REFERENCES scope (key),
  stale INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (entity, id, scope)
) STRICT, WITHOUT ROWID;

-- Everything but notices, as it came.
CREATE TABLE record (
  entity TEXT NOT NULL,
  id BLOB NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (entity, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE notice (
  key INTEGER PRIMARY KEY NOT NULL,
  id BLOB NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  -- Whether it is here as a resident's, not only as the office's.
  visible INTEGER NOT NULL,
  -- 2 for an emergency, 1 more for pinned.
  rank INTEGER NOT NULL,
  category TEXT NOT NULL,
  state TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  expires_at INTEGER,
  indexed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX notice_list ON notice (rank DESC, published_at DESC) WHERE visible = 1;
CREATE INDEX notice_unindexed ON notice (key) WHERE indexed = 0;

-- Apart from the columns above, so that counting and ordering ten thousand notices reads no text.
CREATE TABLE notice_body (
  key INTEGER PRIMARY KEY NOT NULL REFERENCES notice (key) ON DELETE CASCADE,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE read_mark (
  notice_id BLOB PRIMARY KEY NOT NULL,
  read_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Han characters and digits stand apart, Latin words with all their endings: see search.rs.
CREATE VIRTUAL TABLE notice_words USING fts5 (
  spaced, endings, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
);

-- What stands in an editor, valid or not.
CREATE TABLE draft (
  notice_id BLOB PRIMARY KEY NOT NULL,
  base_version INTEGER NOT NULL,
  content TEXT NOT NULL,
  kept_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  id BLOB NOT NULL UNIQUE,
  lane TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL DEFAULT '',
  op TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'stuck', 'acked', 'settled')),
  error TEXT,
  effects TEXT,
  settled_at INTEGER
) STRICT;
CREATE INDEX outbox_open ON outbox (seq) WHERE state <> 'settled';

CREATE TABLE attachment (
  id BLOB PRIMARY KEY NOT NULL,
  about TEXT NOT NULL,
  bytes BLOB NOT NULL,
  -- Taken in here and not on the server yet: never evicted.
  upload TEXT CHECK (upload IN ('queued', 'sending')),
  used_at INTEGER NOT NULL
) STRICT;
