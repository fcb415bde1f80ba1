-- What was typed into a field and not sent; what was given up goes back there.
CREATE TABLE typed (
  place TEXT NOT NULL,
  about BLOB NOT NULL,
  words TEXT NOT NULL,
  photos TEXT NOT NULL,
  form TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (place, about)
) STRICT, WITHOUT ROWID;
INSERT INTO typed (place, about, words, photos, form, kept_at)
  SELECT 'repair_' || kind, repair_id, words, photos, '', kept_at FROM repair_words;
DROP TABLE repair_words;
