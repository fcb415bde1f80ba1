-- With the time, so that what is unread in a room in which nobody has read is counted from the index alone, too.
DROP INDEX message_place;
CREATE INDEX message_place ON message (room, number, sender, gone, named, at);
-- Which messages are of somebody whom the person does not hear.
CREATE INDEX message_sender ON message (sender);

-- What the device's clock said when clock_ahead was true of it, in milliseconds.
ALTER TABLE progress ADD COLUMN clock_at INTEGER NOT NULL DEFAULT 0;
UPDATE progress SET clock_at = coalesce(updated_at, 0);
