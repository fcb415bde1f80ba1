-- The bytes of a file apart from what changes about it. A row is read from its beginning and written as a whole: for
-- the state of a photo that is two hundred encrypted pages.
CREATE TABLE file (
  id BLOB PRIMARY KEY NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
INSERT INTO file (id, bytes) SELECT id, bytes FROM attachment;
ALTER TABLE attachment RENAME TO attachment_before;
CREATE TABLE attachment (
  id BLOB PRIMARY KEY NOT NULL,
  about TEXT NOT NULL,
  -- Length of its bytes.
  size INTEGER NOT NULL,
  -- Taken in here and not on the server yet: never evicted.
  upload TEXT CHECK (upload IN ('queued', 'sending')),
  -- Why the server will never take it, as JSON.
  refused TEXT,
  used_at INTEGER NOT NULL
) STRICT;
INSERT INTO attachment (id, about, size, upload, refused, used_at)
  SELECT id, about, length(bytes), upload, refused, used_at FROM attachment_before;
DROP TABLE attachment_before;
CREATE TRIGGER attachment_gone AFTER DELETE ON attachment BEGIN
  DELETE FROM file WHERE id = old.id;
END;
