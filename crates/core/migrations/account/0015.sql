-- The index knows single letters now: what was indexed before is indexed anew.
INSERT INTO notice_words (notice_words) VALUES ('delete-all');
INSERT INTO message_words (message_words) VALUES ('delete-all');
UPDATE notice SET indexed = 0;
UPDATE message SET indexed = 0;
