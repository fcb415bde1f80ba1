-- Reminders of bills that are not paid. step: days after the one on which the bill is due, below zero before it; each is
-- written once. day: such as 2026-11-30, by the calendar of the community.
CREATE TABLE reminder (
    community_id TEXT NOT NULL,
    bill_id TEXT NOT NULL,
    step BIGINT NOT NULL,
    day TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, bill_id, step),
    FOREIGN KEY (community_id, bill_id) REFERENCES bill (community_id, id)
){strict};
