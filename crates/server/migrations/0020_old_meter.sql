-- What the meter before a new one showed in the end; without it what it counted last is not billed.
ALTER TABLE reading ADD COLUMN old_final_milli BIGINT;
