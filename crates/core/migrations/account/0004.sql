-- Why the server will not take a file: the operations that name it say so.
ALTER TABLE attachment ADD COLUMN refused TEXT;
