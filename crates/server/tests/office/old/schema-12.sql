-- Payments by card: what the provider calls them, the link to the pay page, and when the provider is asked next.
-- intent: none until the provider has answered. link_hash: SHA-256 of the link's secret. ask_at: none where nothing is
-- left to be asked.
CREATE TABLE card_payment (
    community_id TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    intent TEXT,
    link_hash BYTEA NOT NULL UNIQUE,
    link_expires_at BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    ask_at BIGINT,
    PRIMARY KEY (community_id, payment_id),
    UNIQUE (provider, intent),
    FOREIGN KEY (community_id, payment_id) REFERENCES payment (community_id, id)
){strict};
CREATE INDEX card_payment_to_ask ON card_payment (ask_at) WHERE ask_at IS NOT NULL;

-- Money of a payment by card that goes back. state: 'begun', 'pending', 'done' or 'failed'. provider_id: what the provider
-- calls it.
CREATE TABLE card_refund (
    community_id TEXT NOT NULL,
    id TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    minor BIGINT NOT NULL CHECK (minor > 0),
    state TEXT NOT NULL,
    provider_id TEXT,
    at BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    ask_at BIGINT,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, id) REFERENCES refund (community_id, id),
    FOREIGN KEY (community_id, payment_id) REFERENCES card_payment (community_id, payment_id)
){strict};
CREATE INDEX card_refund_of_payment ON card_refund (community_id, payment_id);

-- Money that a provider told of and that was not booked, because it does not fit what was asked for. what: 'amount',
-- 'currency', 'payment' or 'intent'.
CREATE TABLE card_trouble (
    provider TEXT NOT NULL,
    intent TEXT NOT NULL,
    what TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (provider, intent, what)
){strict};
