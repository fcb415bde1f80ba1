-- Codes with which somebody of another household may pay for one. code_hash: argon2id under the database's salt. ended_at:
-- when it was used, or a newer one or the maker's leaving ended it.
CREATE TABLE relative_code (
    community_id TEXT NOT NULL,
    id TEXT NOT NULL,
    household_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    code_hash BYTEA NOT NULL UNIQUE,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, household_id) REFERENCES household (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};
CREATE INDEX relative_code_open ON relative_code (community_id, person_id) WHERE ended_at IS NULL;

-- People of other households whom a household lets see and pay its bills. let_by: the member who made the code.
-- household_name, name and ended_by: names as they were then.
CREATE TABLE relative (
    community_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    household_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    let_by TEXT NOT NULL,
    code_id TEXT NOT NULL,
    household_name TEXT NOT NULL,
    name TEXT NOT NULL,
    since BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code_id),
    FOREIGN KEY (community_id, code_id) REFERENCES relative_code (community_id, id),
    FOREIGN KEY (community_id, household_id) REFERENCES household (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id),
    FOREIGN KEY (community_id, let_by) REFERENCES person (community_id, id)
){strict};
CREATE UNIQUE INDEX relative_once ON relative (community_id, person_id, household_id) WHERE ended_at IS NULL;
CREATE INDEX relative_let_by ON relative (community_id, let_by) WHERE ended_at IS NULL;

-- The full name of who paid in the app, as it was then; empty for what came otherwise, or before this was noted.
ALTER TABLE payment ADD COLUMN payer TEXT NOT NULL DEFAULT '';
-- The language that the app spoke when it began the payment; none where it did not say.
ALTER TABLE card_payment ADD COLUMN language TEXT;
-- Of money that was kept and went back: raised when its household was told; 0 for all else, and of before.
ALTER TABLE refund ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
