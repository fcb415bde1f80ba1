-- Rooms of the neighbour chat. body is Room; last is the number of its newest message. card: whether the community's scope
-- has its card.
CREATE TABLE room (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    owner_id TEXT,
    last BIGINT NOT NULL,
    card BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, owner_id) REFERENCES person (community_id, id)
){strict};
CREATE INDEX room_of_owner ON room (community_id, owner_id, made_at) WHERE owner_id IS NOT NULL;

-- What was decided about somebody and a room: who is in a room that comes with membership has no row before that.
CREATE TABLE room_seat (
    community_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    agreed BIGINT NOT NULL,
    muted_until BIGINT,
    invitation TEXT,
    PRIMARY KEY (community_id, room_id, person_id),
    FOREIGN KEY (community_id, room_id) REFERENCES room (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};
CREATE INDEX room_seat_of_person ON room_seat (community_id, person_id);

CREATE TABLE room_mark (
    community_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    read BIGINT NOT NULL,
    tell TEXT NOT NULL,
    PRIMARY KEY (community_id, room_id, person_id),
    FOREIGN KEY (community_id, room_id) REFERENCES room (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};

-- body is Message; hidden is what it was before a moderator hid it.
CREATE TABLE message (
    community_id TEXT NOT NULL,
    id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    version BIGINT NOT NULL,
    person_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    hidden TEXT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, room_id, number),
    FOREIGN KEY (community_id, room_id) REFERENCES room (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};
CREATE INDEX message_of_person ON message (community_id, person_id, at);

CREATE TABLE message_attachment (
    community_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    attachment_id TEXT NOT NULL,
    PRIMARY KEY (community_id, message_id, attachment_id),
    FOREIGN KEY (community_id, message_id) REFERENCES message (community_id, id),
    FOREIGN KEY (community_id, attachment_id) REFERENCES attachment (community_id, id)
){strict};
CREATE INDEX message_of_attachment ON message_attachment (community_id, attachment_id);

-- A row stays when a reaction is taken off, so that its versions go on.
CREATE TABLE reaction (
    community_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    emoji TEXT,
    PRIMARY KEY (community_id, message_id, person_id),
    FOREIGN KEY (community_id, message_id) REFERENCES message (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};

-- choices is a JSON list of places.
CREATE TABLE poll_vote (
    community_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    choices TEXT NOT NULL,
    PRIMARY KEY (community_id, message_id, person_id),
    FOREIGN KEY (community_id, message_id) REFERENCES message (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};

-- Whether somebody put themselves into the directory.
ALTER TABLE person ADD COLUMN visible_listed BIGINT NOT NULL DEFAULT 0;

-- People as neighbours know them, once anybody does. body is Neighbour.
CREATE TABLE neighbour (
    community_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, id) REFERENCES person (community_id, id)
){strict};

CREATE TABLE neighbour_scope (
    community_id TEXT NOT NULL,
    neighbour_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (community_id, neighbour_id, scope),
    FOREIGN KEY (community_id, neighbour_id) REFERENCES neighbour (community_id, id)
){strict};

-- Whom somebody does not want to hear. at is none where that was taken back.
CREATE TABLE block (
    community_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    other_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT,
    PRIMARY KEY (community_id, person_id, other_id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id),
    FOREIGN KEY (community_id, other_id) REFERENCES person (community_id, id)
){strict};

-- Who reported what: told to nobody.
CREATE TABLE message_report (
    community_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, message_id, person_id),
    FOREIGN KEY (community_id, message_id) REFERENCES message (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};
CREATE INDEX message_report_of_person ON message_report (community_id, person_id, at);

-- body is ReportedMessage.
CREATE TABLE reported_message (
    community_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, id) REFERENCES message (community_id, id)
){strict};

-- body is Moderation, as moderators see it.
CREATE TABLE moderation (
    community_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, message_id) REFERENCES message (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};

-- duty is none where it ended.
CREATE TABLE moderator (
    community_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    duty TEXT,
    PRIMARY KEY (community_id, person_id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};
