CREATE TABLE repair (
  key INTEGER PRIMARY KEY NOT NULL,
  id BLOB NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  -- Whether it is here as the person's own, not only as the office's.
  mine INTEGER NOT NULL,
  -- Whether it is here as the office's: then the body is the whole one, also where it is the person's own.
  office INTEGER NOT NULL,
  state TEXT NOT NULL,
  is_open INTEGER NOT NULL,
  -- 0 for an emergency, 1 for what is urgent, 2 for the rest.
  urgency INTEGER NOT NULL,
  category TEXT NOT NULL,
  building BLOB,
  assignee BLOB,
  reported_at INTEGER NOT NULL,
  promised_by INTEGER,
  -- Whether the promise was not kept.
  late INTEGER NOT NULL
) STRICT;
CREATE INDEX repair_mine ON repair (reported_at DESC) WHERE mine = 1;
CREATE INDEX repair_queue ON repair (urgency, promised_by, reported_at) WHERE office = 1 AND is_open = 1;

-- Apart from the columns above, so that counting and ordering a queue reads no text.
CREATE TABLE repair_body (
  key INTEGER PRIMARY KEY NOT NULL REFERENCES repair (key) ON DELETE CASCADE,
  body TEXT NOT NULL
) STRICT;

-- What stands in the form of a report, valid or not.
CREATE TABLE repair_draft (
  repair_id BLOB PRIMARY KEY NOT NULL,
  form TEXT NOT NULL,
  kept_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What an app of before did not know was passed over: the log is read once more from its beginning.
UPDATE progress SET cursor = '', retaking = 1 WHERE cursor <> '';
UPDATE holding SET stale = 1;
UPDATE scope SET position = 0;
