-- Refreshes that were answered, so that one which a network delivers again hours later ends nobody's device.
CREATE TABLE spent_refresh (
    device_id TEXT NOT NULL REFERENCES device (id),
    hash BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (device_id, hash)
){strict};
CREATE INDEX spent_refresh_by_time ON spent_refresh (at);

-- When the server last looked at its clock: time in which it was off, or its clock jumped, is nobody's absence.
ALTER TABLE instance ADD COLUMN seen_at BIGINT;
