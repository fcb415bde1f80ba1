-- When a person moved out or stopped working here. Their row stays: notices, files and readings name it.
ALTER TABLE person ADD COLUMN left_at BIGINT;
