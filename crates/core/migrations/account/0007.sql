CREATE TABLE round (
  id BLOB PRIMARY KEY NOT NULL,
  version INTEGER NOT NULL,
  plan BLOB NOT NULL,
  state TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  until_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX round_open ON round (until_at) WHERE state = 'open';
CREATE INDEX round_of_plan ON round (plan, from_at DESC);

-- What stands in the checklist of a point, complete or not.
CREATE TABLE round_draft (
  round_id BLOB NOT NULL,
  point_id BLOB NOT NULL,
  form TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (round_id, point_id)
) STRICT, WITHOUT ROWID;

-- What an app of before did not know was passed over: the log is read once more from its beginning.
UPDATE progress SET cursor = '', retaking = 1 WHERE cursor <> '';
UPDATE holding SET stale = 1;
UPDATE scope SET position = 0;
