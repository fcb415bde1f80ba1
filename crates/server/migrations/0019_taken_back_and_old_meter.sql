-- What its author took back, as it was, for reports of it that come within three days. body is Message.
CREATE TABLE taken_back (
    community_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (community_id, message_id),
    FOREIGN KEY (community_id, message_id) REFERENCES message (community_id, id)
){strict};
CREATE INDEX taken_back_at ON taken_back (at);

-- What the meter before a new one showed in the end; without it what it counted last is not billed.
ALTER TABLE reading ADD COLUMN old_final_milli BIGINT;
