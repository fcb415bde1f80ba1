-- Money that goes back to a household. payment_id: the payment that goes back as a whole; none for a part of what is
-- kept. state: 'asked', 'going' while the provider of card payments is asked for it, 'done', 'refused' or 'failed'. held:
-- what nobody may use meanwhile of what is kept. The entry of one that is done has its id.
CREATE TABLE refund (
    community_id TEXT NOT NULL,
    id TEXT NOT NULL,
    household_id TEXT NOT NULL,
    payment_id TEXT,
    way TEXT NOT NULL,
    minor BIGINT NOT NULL CHECK (minor > 0),
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    state TEXT NOT NULL,
    held BIGINT NOT NULL CHECK (held >= 0),
    decided_at BIGINT,
    decided_by TEXT,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, household_id) REFERENCES household (community_id, id),
    FOREIGN KEY (community_id, payment_id) REFERENCES payment (community_id, id),
    FOREIGN KEY (community_id, asked_by) REFERENCES person (community_id, id),
    FOREIGN KEY (community_id, decided_by) REFERENCES person (community_id, id),
    CHECK (decided_by IS NULL OR decided_by <> asked_by),
    CHECK (state = 'going' OR held = 0)
){strict};
CREATE INDEX refund_of_household ON refund (community_id, household_id, asked_at);
