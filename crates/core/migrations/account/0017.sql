-- What the person has seen of what moderators did about their own messages; answered: with what came of their objection.
CREATE TABLE seen_measure (
    id BLOB PRIMARY KEY,
    answered INTEGER NOT NULL
) STRICT;
