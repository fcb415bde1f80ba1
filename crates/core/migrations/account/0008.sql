-- What was typed with a write about a repair that was given up: the next message or note begins with it.
CREATE TABLE repair_words (
  repair_id BLOB NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('message', 'note')),
  words TEXT NOT NULL,
  photos TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (repair_id, kind)
) STRICT, WITHOUT ROWID;
