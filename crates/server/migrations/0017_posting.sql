-- What an entry has to fulfil is looked at once for it, and each row that tells of it is read once.
{sqlite}
DROP TRIGGER posting_balances;
CREATE TRIGGER posting_balances BEFORE INSERT ON posting BEGIN
    SELECT CASE
        WHEN entry.lines IS NULL THEN RAISE(ABORT, 'there is no entry of a posting')
        WHEN new.line > entry.lines THEN RAISE(ABORT, 'a posting stands behind the last of its entry')
        WHEN (SELECT currency FROM ledger_account WHERE community_id = new.community_id AND id = new.account_id)
          IS NOT entry.currency THEN RAISE(ABORT, 'the account is in another currency')
        WHEN new.line = entry.lines
          AND (SELECT COUNT(*) <> new.line - 1 OR COALESCE(SUM(minor), 0) <> -new.minor FROM posting
               WHERE community_id = new.community_id AND entry_id = new.entry_id)
          THEN RAISE(ABORT, 'the entry does not balance')
    END
    FROM (SELECT 1) LEFT JOIN ledger_entry AS entry ON entry.community_id = new.community_id AND entry.id = new.entry_id;
END;
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
