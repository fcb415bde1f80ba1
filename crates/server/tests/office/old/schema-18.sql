-- The photo that somebody chose of themselves. attachment_id is none where it was taken away, so that its versions go on.
CREATE TABLE photo (
    community_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    attachment_id TEXT,
    PRIMARY KEY (community_id, person_id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id),
    FOREIGN KEY (community_id, attachment_id) REFERENCES attachment (community_id, id)
){strict};
CREATE INDEX photo_of_attachment ON photo (community_id, attachment_id) WHERE attachment_id IS NOT NULL;

-- Whether neighbours see it.
ALTER TABLE person ADD COLUMN visible_photo BIGINT NOT NULL DEFAULT 0;
