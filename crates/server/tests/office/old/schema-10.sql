-- What statements told of the community's account at its bank, each movement once. account: the community's own, name:
-- what the bank calls the movement there. state: 'open', 'booked' or 'set_aside', with the reason. entry_id: what it was
-- booked as. person_id: who brought it, and then who booked it or set it aside.
CREATE TABLE bank_movement (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    day TEXT NOT NULL,
    minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    other_name TEXT NOT NULL,
    other_account TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    entry_id TEXT,
    at BIGINT NOT NULL,
    person_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, account, name),
    UNIQUE (community_id, entry_id),
    CHECK ((state = 'booked') = (entry_id IS NOT NULL)),
    FOREIGN KEY (community_id, entry_id) REFERENCES ledger_entry (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};
CREATE INDEX bank_movement_by_state ON bank_movement (community_id, state, day);
