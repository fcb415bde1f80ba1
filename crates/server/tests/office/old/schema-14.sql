-- Up to how much a bill is paid by itself from what is kept for the household; none where nothing is.
ALTER TABLE household_account ADD COLUMN automatic BIGINT CHECK (automatic > 0);
