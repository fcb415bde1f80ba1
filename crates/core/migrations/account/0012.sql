-- Messages. The key follows from when a message was sent (see chat/take.rs), so that a search finds the newest first.
CREATE TABLE message (
  key INTEGER PRIMARY KEY NOT NULL,
  id BLOB NOT NULL UNIQUE,
  room BLOB NOT NULL,
  number INTEGER NOT NULL,
  version INTEGER NOT NULL,
  sender BLOB NOT NULL,
  at INTEGER NOT NULL,
  reply_to BLOB,
  -- Taken back or hidden: nothing of it is left.
  gone INTEGER NOT NULL,
  -- Whether it names the person or answers them.
  named INTEGER NOT NULL,
  indexed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX message_place ON message (room, number, sender, gone, named);
CREATE INDEX message_reply ON message (reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX message_unindexed ON message (key) WHERE indexed = 0;

-- Apart from the columns above, so that counting reads no text.
CREATE TABLE message_body (
  key INTEGER PRIMARY KEY NOT NULL REFERENCES message (key) ON DELETE CASCADE,
  body TEXT NOT NULL
) STRICT;

-- Which messages name a file: it goes from this device with the last of them.
CREATE TABLE message_file (
  file BLOB NOT NULL,
  key INTEGER NOT NULL REFERENCES message (key) ON DELETE CASCADE,
  PRIMARY KEY (file, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_files ON message_file (key);

CREATE TABLE reaction (
  message BLOB NOT NULL,
  person BLOB NOT NULL,
  id BLOB NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  emoji TEXT NOT NULL,
  PRIMARY KEY (message, person)
) STRICT, WITHOUT ROWID;

-- As notice_words; room is the room's id as one word, so that the index itself knows what stands in one room.
CREATE VIRTUAL TABLE message_words USING fts5 (
  room, spaced, endings, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE TRIGGER message_gone AFTER DELETE ON message BEGIN
  DELETE FROM message_words WHERE rowid = old.key;
END;

-- What an app of before did not know was passed over: the log is read once more from its beginning.
UPDATE progress SET cursor = '', retaking = 1 WHERE cursor <> '';
UPDATE holding SET stale = 1;
UPDATE scope SET position = 0;
