-- What was asked of the server about money and not answered yet: the same words again are the same request.
CREATE TABLE attempt (
    words BLOB PRIMARY KEY,
    id BLOB NOT NULL
) STRICT;
