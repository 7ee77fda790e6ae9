-- The phone's memory: what the operator said last, and what the driver wants. Money is in the JSON
-- as on the wire, moments in their columns are epoch milliseconds.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Signed documents, as they were served: the key set, the cities, what the operator says of
-- itself.
CREATE TABLE document (
    name      TEXT PRIMARY KEY,
    version   INTEGER NOT NULL,
    signed_at INTEGER NOT NULL,
    bytes     BLOB NOT NULL,
    stored_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE vehicle (
    id    TEXT PRIMARY KEY,
    ordinal INTEGER NOT NULL,
    json  TEXT NOT NULL
) WITHOUT ROWID;

-- open = 1: the operator called it active. forgotten = 1: his books were put back from a copy and
-- do not have it.
CREATE TABLE ticket (
    id        TEXT PRIMARY KEY,
    open      INTEGER NOT NULL,
    forgotten INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL,
    json      TEXT NOT NULL
);
CREATE INDEX ticket_open ON ticket (ends_at) WHERE open = 1;
CREATE INDEX ticket_forgotten ON ticket (ends_at) WHERE forgotten = 1;
CREATE INDEX ticket_newest ON ticket (issued_at, id);
-- The latest stay of a zone is found by the end of its tickets.
CREATE INDEX ticket_ends ON ticket (ends_at);

-- Daily orders. open = 1: to be paid. forgotten = 1: as of a ticket.
CREATE TABLE daily_order (
    id        TEXT PRIMARY KEY,
    open      INTEGER NOT NULL,
    forgotten INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    json      TEXT NOT NULL
);
CREATE INDEX daily_order_newest ON daily_order (issued_at, id);

-- Visits to garages. open = 1: the car has not left. forgotten = 1: as of a ticket.
CREATE TABLE visit (
    id         TEXT PRIMARY KEY,
    open       INTEGER NOT NULL,
    forgotten  INTEGER NOT NULL,
    entered_at INTEGER NOT NULL,
    ended_at   INTEGER,
    json       TEXT NOT NULL
);
CREATE INDEX visit_newest ON visit (entered_at, id);

-- An intent is committed here before anything is sent. Path and body are what is sent, byte for
-- byte, every time.
CREATE TABLE intent (
    key             TEXT PRIMARY KEY,
    account         TEXT NOT NULL,
    kind            TEXT NOT NULL,
    -- What is not paid for again while this is open.
    guard           TEXT NOT NULL,
    -- What is bought once only: the id of a quote.
    subject         TEXT NOT NULL,
    amount          TEXT NOT NULL,
    details         TEXT NOT NULL,
    path            TEXT NOT NULL,
    body            BLOB NOT NULL,
    created_at      INTEGER NOT NULL,
    not_after       INTEGER NOT NULL,
    -- ready, sending, sent, at_bank, confirmed, refused, expired, forgotten
    state           TEXT NOT NULL,
    open            INTEGER NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL DEFAULT 0,
    -- What the operator told last of the sale that it made, as on the wire.
    told            TEXT,
    problem         TEXT,
    ended_at        INTEGER
);
CREATE INDEX intent_open ON intent (created_at) WHERE open = 1;
CREATE INDEX intent_guard ON intent (guard) WHERE open = 1;
CREATE INDEX intent_subject ON intent (subject);
CREATE INDEX intent_newest ON intent (created_at, key);
