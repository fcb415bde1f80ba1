-- Kinds of repair. content is RepairCategoryContent; key stands beside it to be found by.
CREATE TABLE repair_category (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    content TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, key)
){strict};

CREATE TABLE common_area (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    building_id TEXT,
    version BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code),
    FOREIGN KEY (community_id, building_id) REFERENCES building (community_id, id)
){strict};

-- body is Repair without its events; the columns beside it are what repairs are found and counted by.
-- household_id: whose home it was when it was reported; who moves in later does not see it.
-- month: when it was reported, such as 2026-11, by the community's clock. worked_ms: working time until it was done.
-- due_at: when the server has something to do with it by itself. archived: it has left the office's scope.
CREATE TABLE repair (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    is_open BIGINT NOT NULL,
    urgency TEXT NOT NULL,
    category TEXT NOT NULL,
    building_id TEXT,
    household_id TEXT,
    reporter_id TEXT NOT NULL,
    assignee_id TEXT,
    reported_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    month TEXT NOT NULL,
    promised_by BIGINT,
    kept BIGINT,
    worked_ms BIGINT,
    reopened BIGINT NOT NULL,
    stars BIGINT,
    due_at BIGINT,
    archived BIGINT NOT NULL,
    card_scope TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, building_id) REFERENCES building (community_id, id),
    FOREIGN KEY (community_id, household_id) REFERENCES household (community_id, id),
    FOREIGN KEY (community_id, reporter_id) REFERENCES person (community_id, id),
    FOREIGN KEY (community_id, assignee_id) REFERENCES person (community_id, id)
){strict};
CREATE INDEX repair_by_time ON repair (community_id, reported_at, id);
CREATE INDEX repair_by_state ON repair (community_id, state, reported_at, id);
CREATE INDEX repair_by_urgency ON repair (community_id, urgency, reported_at, id);
CREATE INDEX repair_by_category ON repair (community_id, category, reported_at, id);
CREATE INDEX repair_by_building ON repair (community_id, building_id, reported_at, id);
CREATE INDEX repair_by_assignee ON repair (community_id, assignee_id, reported_at, id);
CREATE INDEX repair_open ON repair (community_id, reported_at, id) WHERE is_open = 1;
CREATE INDEX repair_late ON repair (community_id, reported_at, id) WHERE kept = 0;
CREATE INDEX repair_of_reporter ON repair (community_id, reporter_id, reported_at);
CREATE INDEX repair_by_month ON repair (community_id, month);
CREATE INDEX repair_due ON repair (due_at) WHERE due_at IS NOT NULL;

-- The whole timeline; the entity carries the first event and the newest. person_id: who did it.
CREATE TABLE repair_event (
    community_id TEXT NOT NULL,
    repair_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    person_id TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (community_id, repair_id, number),
    UNIQUE (community_id, repair_id, id),
    FOREIGN KEY (community_id, repair_id) REFERENCES repair (community_id, id)
){strict};

-- Who waits for a repair besides its reporter.
CREATE TABLE repair_joined (
    community_id TEXT NOT NULL,
    repair_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, repair_id, person_id),
    FOREIGN KEY (community_id, repair_id) REFERENCES repair (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};

-- The scopes in which a repair stands now, besides the office's.
CREATE TABLE repair_scope (
    community_id TEXT NOT NULL,
    repair_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (community_id, repair_id, scope),
    FOREIGN KEY (community_id, repair_id) REFERENCES repair (community_id, id)
){strict};

CREATE TABLE repair_attachment (
    community_id TEXT NOT NULL,
    repair_id TEXT NOT NULL,
    attachment_id TEXT NOT NULL,
    PRIMARY KEY (community_id, repair_id, attachment_id),
    FOREIGN KEY (community_id, repair_id) REFERENCES repair (community_id, id),
    FOREIGN KEY (community_id, attachment_id) REFERENCES attachment (community_id, id)
){strict};
CREATE INDEX repair_of_attachment ON repair_attachment (community_id, attachment_id);

-- What the office writes for itself. body is RepairNote.
CREATE TABLE repair_note (
    community_id TEXT NOT NULL,
    repair_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (community_id, repair_id, number),
    UNIQUE (community_id, repair_id, id),
    FOREIGN KEY (community_id, repair_id) REFERENCES repair (community_id, id)
){strict};
