-- Receipts (of: the payment) and statements of a year (of: the household) as they were printed, for when the network is
-- gone. stamp: what they were printed from; they are asked for anew when it is another one.
CREATE TABLE paper (
  of BLOB NOT NULL,
  year INTEGER NOT NULL,
  language TEXT NOT NULL,
  stamp TEXT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (of, year, language)
) STRICT;
CREATE TRIGGER paper_gone AFTER DELETE ON record WHEN old.entity IN ('payment', 'household') BEGIN
  DELETE FROM paper WHERE of = old.id;
END;
