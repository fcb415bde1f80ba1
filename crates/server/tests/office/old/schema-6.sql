-- What is inspected, and how often. content is RoundPlanContent. next_on: the day on which it falls due next,
-- by the community's calendar; due_at: the moment at which that day begins. Both none once it is retired.
CREATE TABLE round_plan (
    community_id TEXT NOT NULL REFERENCES community (id),
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    content TEXT NOT NULL,
    next_on TEXT,
    due_at BIGINT,
    PRIMARY KEY (community_id, id)
){strict};
CREATE INDEX round_plan_due ON round_plan (due_at) WHERE due_at IS NOT NULL;

-- A plan that fell due. body is Round. due_at: when the server has something to do with it by itself.
-- archived: it has left the office's scope.
CREATE TABLE round (
    community_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    plan_id TEXT NOT NULL,
    due_on TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at BIGINT,
    archived BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, plan_id, due_on),
    FOREIGN KEY (community_id, plan_id) REFERENCES round_plan (community_id, id)
){strict};
CREATE INDEX round_due ON round (due_at) WHERE due_at IS NOT NULL;
