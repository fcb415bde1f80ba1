-- The foundation: community, people, devices, notices, and the sync log.
-- Every row carries its community, so that PostgreSQL can be partitioned by it.
-- Times are UTC milliseconds. Ids are UUIDs as text. JSON is text. Booleans are 0 and 1.

-- One row: what makes this database itself. epoch changes with every restore.
CREATE TABLE instance (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    id BYTEA NOT NULL,
    epoch BYTEA NOT NULL,
    cursor_key BYTEA NOT NULL,
    token_key BYTEA NOT NULL,
    code_salt BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    restored_at BIGINT
){strict};

CREATE TABLE scope (
    scope TEXT PRIMARY KEY,
    community_id TEXT NOT NULL,
    head BIGINT NOT NULL
){strict};

CREATE TABLE changes (
    community_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    seq BIGINT NOT NULL,
    entity TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (scope, entity, id)
){strict};
CREATE UNIQUE INDEX changes_in_order ON changes (scope, seq);

CREATE TABLE community (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    currency TEXT NOT NULL,
    languages TEXT NOT NULL,
    office TEXT NOT NULL,
    categories TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
){strict};

CREATE TABLE building (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code)
){strict};

CREATE TABLE household (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    code TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code)
){strict};

CREATE TABLE unit (
    community_id TEXT NOT NULL,
    id TEXT NOT NULL,
    building_id TEXT NOT NULL,
    code TEXT NOT NULL,
    household_id TEXT,
    version BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, building_id, code),
    FOREIGN KEY (community_id, building_id) REFERENCES building (community_id, id),
    FOREIGN KEY (community_id, household_id) REFERENCES household (community_id, id)
){strict};
CREATE INDEX unit_of_household ON unit (community_id, household_id);

CREATE TABLE person (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    given_name TEXT NOT NULL,
    phone TEXT NOT NULL,
    role TEXT NOT NULL,
    household_id TEXT,
    language TEXT NOT NULL,
    simple BIGINT NOT NULL,
    visible_flat BIGINT NOT NULL,
    visible_phone BIGINT NOT NULL,
    joined BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code),
    FOREIGN KEY (community_id, household_id) REFERENCES household (community_id, id)
){strict};
CREATE INDEX person_of_household ON person (community_id, household_id);

CREATE TABLE device (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    name TEXT NOT NULL,
    device_key BYTEA NOT NULL,
    version BIGINT NOT NULL,
    joined_at BIGINT NOT NULL,
    revoked_at BIGINT,
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};
CREATE INDEX device_of_person ON device (community_id, person_id);

-- kind: 'letter' from the office, or 'device' from another device of the person.
CREATE TABLE invitation (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    secret_hash BYTEA NOT NULL UNIQUE,
    code_hash BYTEA NOT NULL UNIQUE,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    used_at BIGINT,
    used_op TEXT,
    used_key BYTEA,
    device_id TEXT REFERENCES device (id),
    version BIGINT NOT NULL,
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};
CREATE INDEX invitation_of_person ON invitation (community_id, person_id);

-- One chain of refresh tokens for each device. Only hashes; the one before is kept for a lost answer.
CREATE TABLE session (
    device_id TEXT PRIMARY KEY REFERENCES device (id),
    community_id TEXT NOT NULL,
    refresh_hash BYTEA NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL,
    previous_hash BYTEA,
    previous_nonce_hash BYTEA,
    rotated_at BIGINT NOT NULL
){strict};

CREATE TABLE access_token (
    hash BYTEA PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES device (id),
    community_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL
){strict};
CREATE INDEX access_token_of_device ON access_token (device_id);
CREATE INDEX access_token_by_end ON access_token (expires_at);

CREATE TABLE op (
    device_id TEXT NOT NULL REFERENCES device (id),
    op_id TEXT NOT NULL,
    community_id TEXT NOT NULL,
    hash BYTEA NOT NULL,
    outcome TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (device_id, op_id)
){strict};
CREATE INDEX op_by_age ON op (at);

CREATE TABLE preferences (
    community_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (community_id, person_id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};

CREATE TABLE attachment (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    received_sha256 TEXT NOT NULL,
    width BIGINT,
    height BIGINT,
    person_id TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
){strict};
CREATE INDEX attachment_by_content ON attachment (sha256);

-- state: draft, scheduled, published, withdrawn, deleted. content is NoticeContent.
CREATE TABLE notice (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    author_id TEXT NOT NULL,
    author_name TEXT NOT NULL,
    author_role TEXT NOT NULL,
    state TEXT NOT NULL,
    publish_at BIGINT,
    published_at BIGINT,
    changed_at BIGINT,
    withdrawn_at BIGINT,
    content TEXT NOT NULL,
    PRIMARY KEY (community_id, id)
){strict};
CREATE INDEX notice_due ON notice (publish_at) WHERE state = 'scheduled';

-- The scopes in which a notice stands now, besides the office's.
CREATE TABLE notice_scope (
    community_id TEXT NOT NULL,
    notice_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (community_id, notice_id, scope),
    FOREIGN KEY (community_id, notice_id) REFERENCES notice (community_id, id)
){strict};

CREATE TABLE notice_attachment (
    community_id TEXT NOT NULL,
    notice_id TEXT NOT NULL,
    attachment_id TEXT NOT NULL,
    PRIMARY KEY (community_id, notice_id, attachment_id),
    FOREIGN KEY (community_id, notice_id) REFERENCES notice (community_id, id),
    FOREIGN KEY (community_id, attachment_id) REFERENCES attachment (community_id, id)
){strict};
CREATE INDEX notice_of_attachment ON notice_attachment (community_id, attachment_id);

CREATE TABLE notice_template (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    version BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (community_id, id)
){strict};

CREATE TABLE read_mark (
    community_id TEXT NOT NULL,
    notice_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    read_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (community_id, notice_id, person_id),
    FOREIGN KEY (community_id, notice_id) REFERENCES notice (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};

-- Security events: who joined, who was refused, who was revoked. Never changed.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    community_id TEXT,
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    person_id TEXT,
    device_id TEXT,
    details TEXT NOT NULL
){strict};
CREATE INDEX audit_in_order ON audit (at);
