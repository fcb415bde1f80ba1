-- Photos of people: which record names one.
CREATE INDEX record_photo ON record (body ->> '$.photo.id') WHERE entity IN ('neighbour', 'photo');

-- What an app of before did not know was passed over: the log is read once more from its beginning.
UPDATE progress SET cursor = '', retaking = 1 WHERE cursor <> '';
UPDATE holding SET stale = 1;
UPDATE scope SET position = 0;
