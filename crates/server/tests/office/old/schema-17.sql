-- What an entry has to fulfil is looked at once for it, and each row that tells of it is read once.
{sqlite}
-- Every row of a statement that may have to be undone is kept aside by SQLite, page by page, which took longer than the
-- rows themselves. A row that is refused before it is written has nothing to be undone: so it FAILs, and nothing else
-- stands in the table that would look for it afterwards. The rows lie in the order of their key, as the check reads them.
CREATE TABLE posting_in_order (
    community_id TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    line BIGINT NOT NULL CHECK (line >= 1),
    account_id TEXT NOT NULL,
    minor BIGINT NOT NULL CHECK (minor <> 0),
    bill_id TEXT,
    PRIMARY KEY (community_id, entry_id, line)
){strict}, WITHOUT ROWID;
INSERT INTO posting_in_order SELECT community_id, entry_id, line, account_id, minor, bill_id FROM posting
    ORDER BY community_id, entry_id, line;
DROP TABLE posting;
ALTER TABLE posting_in_order RENAME TO posting;
CREATE INDEX posting_by_account ON posting (community_id, account_id);
CREATE INDEX posting_by_bill ON posting (community_id, bill_id, account_id, minor) WHERE bill_id IS NOT NULL;
CREATE TRIGGER posting_balances BEFORE INSERT ON posting BEGIN
    SELECT CASE
        WHEN entry.lines IS NULL THEN RAISE(FAIL, 'there is no entry of a posting')
        WHEN new.line > entry.lines THEN RAISE(FAIL, 'a posting stands behind the last of its entry')
        WHEN (SELECT currency FROM ledger_account WHERE community_id = new.community_id AND id = new.account_id)
          IS NOT entry.currency THEN RAISE(FAIL, 'the account is in another currency')
        WHEN new.line = entry.lines
          AND (SELECT COUNT(*) <> new.line - 1 OR COALESCE(SUM(minor), 0) <> -new.minor FROM posting
               WHERE community_id = new.community_id AND entry_id = new.entry_id)
          THEN RAISE(FAIL, 'the entry does not balance')
    END
    FROM (SELECT 1) LEFT JOIN ledger_entry AS entry ON entry.community_id = new.community_id AND entry.id = new.entry_id;
END;
CREATE TRIGGER posting_stays BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END;
CREATE TRIGGER posting_remains BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END;
{end}
-- The trigger looks for entry and account of every line. Both are never changed and never deleted, so that keys that
-- look for them once more, and lock them for everybody who posts, say nothing beyond it.
{postgres}
DROP TRIGGER posting_balances ON posting;
DROP FUNCTION posting_balances();
ALTER TABLE posting DROP CONSTRAINT posting_community_id_entry_id_fkey;
ALTER TABLE posting DROP CONSTRAINT posting_community_id_account_id_fkey;
CREATE FUNCTION postings_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found RECORD;
BEGIN
    -- Most often all lines of an entry come together, and there is nothing to be looked at.
    FOR found IN
        SELECT added.community_id, added.entry_id, entry.lines, COUNT(*) AS added, MAX(added.line) AS last,
          COUNT(account.id) AS accounts
        FROM added LEFT JOIN ledger_entry AS entry
          ON entry.community_id = added.community_id AND entry.id = added.entry_id
        LEFT JOIN ledger_account AS account ON account.community_id = added.community_id
          AND account.id = added.account_id AND account.currency = entry.currency
        GROUP BY added.community_id, added.entry_id, entry.lines
        HAVING entry.lines IS NULL OR COUNT(*) <> entry.lines OR MAX(added.line) <> entry.lines
          OR SUM(added.minor) <> 0 OR COUNT(account.id) <> COUNT(*)
    LOOP
        IF found.lines IS NULL THEN
            RAISE EXCEPTION 'there is no entry of a posting';
        ELSIF found.last > found.lines THEN
            RAISE EXCEPTION 'a posting stands behind the last of its entry';
        ELSIF found.accounts <> found.added THEN
            RAISE EXCEPTION 'the account is in another currency';
        ELSIF (SELECT MAX(line) = found.lines AND (COUNT(*) <> found.lines OR SUM(minor) <> 0) FROM posting
               WHERE community_id = found.community_id AND entry_id = found.entry_id) THEN
            RAISE EXCEPTION 'the entry does not balance';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER postings_balance AFTER INSERT ON posting REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION postings_balance();
{end}
