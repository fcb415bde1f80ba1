-- When the server ended this membership. What is left here then is the person's own work that it may not
-- have; see outbox/kept.rs.
ALTER TABLE session ADD COLUMN ended_at INTEGER;
-- Taken over from an earlier membership: not sent before it is known what the server has of it.
ALTER TABLE outbox ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0;
-- A reading that the server may not know: offered again once it has the notice.
ALTER TABLE read_mark ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
CREATE INDEX read_mark_again ON read_mark (notice_id) WHERE again = 1;
