-- When the server was last back after more than a day in which it did not run: until people had a day to answer,
-- their silence means nothing.
ALTER TABLE instance ADD COLUMN back_at BIGINT;
