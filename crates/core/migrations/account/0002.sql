-- Whether an operation has left at least once: the server may have it although its answer was lost.
-- Such an operation is never changed or replaced, since its id stands for its content.
ALTER TABLE outbox ADD COLUMN tried INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET tried = 1;
