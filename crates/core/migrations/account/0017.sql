-- What the person has seen of what moderators did about their own messages; answered: with what came of their objection.
CREATE TABLE seen_measure (
    id BLOB PRIMARY KEY,
    answered INTEGER NOT NULL
) STRICT;
-- What is here already was read, or could be, before this was noted.
INSERT INTO seen_measure (id, answered)
    SELECT id, body ->> '$.appeal.answer' IS NOT NULL FROM record WHERE entity = 'moderation';
