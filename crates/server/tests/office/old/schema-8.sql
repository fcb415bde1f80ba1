-- The ledger: double entry, appended to and never changed. Amounts are whole numbers of the smallest unit of the
-- currency; a debit is positive, a credit negative. Whose an account is stands in household_id, what it is for in
-- heading; both are '' where there is nothing to say, so that the pair is unique.
CREATE TABLE ledger_account (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    household_id TEXT NOT NULL,
    heading TEXT NOT NULL,
    currency TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, kind, household_id, heading, currency)
){strict};

-- What happened. lines: how many postings it has, said before the first of them. day: the day it counts for, such as
-- 2026-11-30. provider, provider_id: who moved the money and what they call that, once for each movement. reverses:
-- the entry that this one takes back, which can happen once.
CREATE TABLE ledger_entry (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    day TEXT NOT NULL,
    lines BIGINT NOT NULL CHECK (lines >= 2),
    reason TEXT NOT NULL,
    person_id TEXT,
    provider TEXT,
    provider_id TEXT,
    reverses TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, provider, provider_id),
    UNIQUE (community_id, reverses),
    CHECK ((provider IS NULL) = (provider_id IS NULL)),
    FOREIGN KEY (community_id, person_id) REFERENCES person (community_id, id)
){strict};

-- bill_id: the bill that the line belongs to.
CREATE TABLE posting (
    community_id TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    line BIGINT NOT NULL CHECK (line >= 1),
    account_id TEXT NOT NULL,
    minor BIGINT NOT NULL CHECK (minor <> 0),
    bill_id TEXT,
    PRIMARY KEY (community_id, entry_id, line),
    FOREIGN KEY (community_id, entry_id) REFERENCES ledger_entry (community_id, id),
    FOREIGN KEY (community_id, account_id) REFERENCES ledger_account (community_id, id)
){strict};
CREATE INDEX posting_by_account ON posting (community_id, account_id);
CREATE INDEX posting_by_bill ON posting (community_id, bill_id, account_id, minor) WHERE bill_id IS NOT NULL;

-- The last line of an entry balances it, in one currency; nothing comes behind it, and nothing is changed.
{sqlite}
CREATE TRIGGER posting_balances BEFORE INSERT ON posting BEGIN
    SELECT RAISE(ABORT, 'a posting stands behind the last of its entry')
    WHERE new.line > (SELECT lines FROM ledger_entry WHERE community_id = new.community_id AND id = new.entry_id);
    SELECT RAISE(ABORT, 'the entry does not balance')
    FROM ledger_entry AS entry
    WHERE entry.community_id = new.community_id AND entry.id = new.entry_id AND entry.lines = new.line
      AND (SELECT COUNT(*) <> new.line - 1 OR COALESCE(SUM(minor), 0) <> -new.minor FROM posting
           WHERE community_id = new.community_id AND entry_id = new.entry_id);
    SELECT RAISE(ABORT, 'the account is in another currency')
    WHERE NOT EXISTS (
        SELECT 1 FROM ledger_entry AS entry JOIN ledger_account AS account
          ON account.community_id = entry.community_id AND account.currency = entry.currency
        WHERE entry.community_id = new.community_id AND entry.id = new.entry_id AND account.id = new.account_id);
END;
CREATE TRIGGER posting_stays BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END;
CREATE TRIGGER posting_remains BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END;
CREATE TRIGGER ledger_entry_stays BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END;
CREATE TRIGGER ledger_entry_remains BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END;
CREATE TRIGGER ledger_account_stays BEFORE UPDATE ON ledger_account BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END;
CREATE TRIGGER ledger_account_remains BEFORE DELETE ON ledger_account BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END;
{end}
{postgres}
CREATE FUNCTION posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry ledger_entry%ROWTYPE;
BEGIN
    SELECT * INTO entry FROM ledger_entry WHERE community_id = new.community_id AND id = new.entry_id;
    IF new.line > entry.lines THEN
        RAISE EXCEPTION 'a posting stands behind the last of its entry';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM ledger_account WHERE community_id = new.community_id AND id = new.account_id
                   AND currency = entry.currency) THEN
        RAISE EXCEPTION 'the account is in another currency';
    END IF;
    IF new.line = entry.lines AND (SELECT COUNT(*) <> new.line - 1 OR COALESCE(SUM(minor), 0) <> -new.minor FROM posting
           WHERE community_id = new.community_id AND entry_id = new.entry_id) THEN
        RAISE EXCEPTION 'the entry does not balance';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER posting_balances BEFORE INSERT ON posting FOR EACH ROW EXECUTE FUNCTION posting_balances();
CREATE FUNCTION ledger_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is never changed';
END $$;
CREATE TRIGGER posting_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON posting EXECUTE FUNCTION ledger_stays();
CREATE TRIGGER ledger_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry EXECUTE FUNCTION ledger_stays();
CREATE TRIGGER ledger_account_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_account EXECUTE FUNCTION ledger_stays();
{end}
