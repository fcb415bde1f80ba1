-- How far the device's clock was ahead of the server's when the last page came, in milliseconds.
ALTER TABLE progress ADD COLUMN clock_ahead INTEGER NOT NULL DEFAULT 0;
