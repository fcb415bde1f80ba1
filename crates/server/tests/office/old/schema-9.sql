-- Fees, meters, bills and payments. What is owed and paid stands in the ledger alone: an entry of a bill, a credit
-- or a payment has its id.

-- area: in hundredths of a square metre; the office's spreadsheets said so all along.
ALTER TABLE unit ADD COLUMN area BIGINT;
{sqlite}
UPDATE unit SET area = (
    SELECT json_extract(import_row.body, '$[0].area') FROM import_row JOIN building
      ON building.community_id = import_row.community_id
    WHERE import_row.community_id = unit.community_id AND import_row.kind = 'units.csv'
      AND building.id = unit.building_id AND import_row.code = building.code || '-' || unit.code);
{end}
{postgres}
UPDATE unit SET area = (
    SELECT CAST(CAST(import_row.body AS json) -> 0 ->> 'area' AS BIGINT) FROM import_row JOIN building
      ON building.community_id = import_row.community_id
    WHERE import_row.community_id = unit.community_id AND import_row.kind = 'units.csv'
      AND building.id = unit.building_id AND import_row.code = building.code || '-' || unit.code);
{end}

-- What came and went in a stretch of time.
CREATE INDEX ledger_entry_by_day ON ledger_entry (community_id, day);

-- heading: where the ledger counts it.
CREATE TABLE fee (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    heading TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (community_id, id)
){strict};

-- How far the numbers of a year went, by kind: 'bill', 'credit' or 'receipt'. The row 'run' of the year 0 is what runs
-- wait at.
CREATE TABLE numbering (
    community_id TEXT NOT NULL REFERENCES community (id),
    kind TEXT NOT NULL,
    year BIGINT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (community_id, kind, year)
){strict};

-- version: how often something about it was told.
CREATE TABLE meter (
    community_id TEXT NOT NULL,
    fee_id TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (community_id, fee_id, unit_id),
    FOREIGN KEY (community_id, fee_id) REFERENCES fee (community_id, id),
    FOREIGN KEY (community_id, unit_id) REFERENCES unit (community_id, id)
){strict};

-- What meters showed. day: such as 2026-11-30, one reading for each. bill_id: the bill that it was reckoned for.
CREATE TABLE reading (
    community_id TEXT NOT NULL,
    fee_id TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    day TEXT NOT NULL,
    value_milli BIGINT NOT NULL CHECK (value_milli >= 0),
    is_new_meter BIGINT NOT NULL,
    at BIGINT NOT NULL,
    person_id TEXT NOT NULL,
    bill_id TEXT,
    PRIMARY KEY (community_id, fee_id, unit_id, day),
    FOREIGN KEY (community_id, fee_id) REFERENCES fee (community_id, id),
    FOREIGN KEY (community_id, unit_id) REFERENCES unit (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};

CREATE TABLE bill_run (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    month TEXT NOT NULL,
    due_on TEXT NOT NULL,
    currency TEXT NOT NULL,
    bills BIGINT NOT NULL,
    total BIGINT NOT NULL,
    at BIGINT NOT NULL,
    person_id TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};

-- year, number: 2026-000123, without gaps within a year.
CREATE TABLE bill (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    household_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    month TEXT NOT NULL,
    year BIGINT NOT NULL,
    number BIGINT NOT NULL,
    issued_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    currency TEXT NOT NULL,
    total BIGINT NOT NULL CHECK (total >= 0),
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, year, number),
    UNIQUE (community_id, run_id, household_id),
    FOREIGN KEY (community_id, household_id) REFERENCES household (community_id, id),
    FOREIGN KEY (community_id, run_id) REFERENCES bill_run (community_id, id)
){strict};
CREATE INDEX bill_of_household ON bill (community_id, household_id, month);
CREATE INDEX bill_of_month ON bill (community_id, month);

-- period: the first month that it is for, 'once', or the day of the reading; nothing is billed for it twice.
CREATE TABLE bill_line (
    community_id TEXT NOT NULL,
    bill_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    fee_id TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    period TEXT NOT NULL,
    total BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (community_id, bill_id, line),
    UNIQUE (community_id, period, fee_id, unit_id),
    FOREIGN KEY (community_id, bill_id) REFERENCES bill (community_id, id),
    FOREIGN KEY (community_id, fee_id) REFERENCES fee (community_id, id),
    FOREIGN KEY (community_id, unit_id) REFERENCES unit (community_id, id)
){strict};

CREATE INDEX bill_line_of_fee ON bill_line (community_id, fee_id);

CREATE TABLE credit (
    community_id TEXT NOT NULL,
    id TEXT NOT NULL,
    bill_id TEXT NOT NULL,
    year BIGINT NOT NULL,
    number BIGINT NOT NULL,
    day TEXT NOT NULL,
    reason TEXT NOT NULL,
    minor BIGINT NOT NULL CHECK (minor > 0),
    parts TEXT NOT NULL,
    at BIGINT NOT NULL,
    person_id TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, year, number),
    FOREIGN KEY (community_id, bill_id) REFERENCES bill (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};
CREATE INDEX credit_of_bill ON credit (community_id, bill_id);

-- meant_for: the bills that were named, in order. year, number: of the receipt, once it is paid.
CREATE TABLE payment (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    household_id TEXT NOT NULL,
    way TEXT NOT NULL,
    state TEXT NOT NULL,
    minor BIGINT NOT NULL CHECK (minor > 0),
    currency TEXT NOT NULL,
    meant_for TEXT NOT NULL,
    at BIGINT NOT NULL,
    booked_at BIGINT,
    year BIGINT,
    number BIGINT,
    person_id TEXT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, year, number),
    FOREIGN KEY (community_id, household_id) REFERENCES household (community_id, id),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};
CREATE INDEX payment_of_household ON payment (community_id, household_id, at);

-- What is kept for it stands in the ledger; the version counts how often that was told.
CREATE TABLE household_account (
    community_id TEXT NOT NULL,
    household_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (community_id, household_id),
    FOREIGN KEY (community_id, household_id) REFERENCES household (community_id, id)
){strict};

CREATE TABLE payment_ways (
    community_id TEXT PRIMARY KEY REFERENCES community (id),
    version BIGINT NOT NULL,
    body TEXT NOT NULL
){strict};
