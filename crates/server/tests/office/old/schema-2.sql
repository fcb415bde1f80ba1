-- What the office's folder said at the last import, row by row, for the three-way merge of the next.
CREATE TABLE import_row (
    community_id TEXT NOT NULL REFERENCES community (id),
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, kind, code)
){strict};
