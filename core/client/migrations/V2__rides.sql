-- Rides, newest first by their registration. forgotten = 1: as of a ticket.
CREATE TABLE ride (
    id            TEXT PRIMARY KEY,
    forgotten     INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    ends_at       INTEGER NOT NULL,
    json          TEXT NOT NULL
);
CREATE INDEX ride_newest ON ride (registered_at, id);
CREATE INDEX ride_ends ON ride (ends_at);

-- News, works and outages, by the city for which they were fetched.
CREATE TABLE service_notice (
    city         TEXT NOT NULL,
    id           TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    is_read      INTEGER NOT NULL,
    json         TEXT NOT NULL,
    PRIMARY KEY (city, id)
);

-- Transport cards of the account, as the operator told them last.
CREATE TABLE card (
    id        TEXT PRIMARY KEY,
    linked_at INTEGER NOT NULL,
    json      TEXT NOT NULL
);

-- Passes, by their days. forgotten = 1: as of a ticket.
CREATE TABLE transit_pass (
    id        TEXT PRIMARY KEY,
    forgotten INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL,
    json      TEXT NOT NULL
);
CREATE INDEX transit_pass_ends ON transit_pass (ends_at);

-- Categories of riders that were granted.
CREATE TABLE rider_benefit (
    id      TEXT PRIMARY KEY,
    ends_at INTEGER NOT NULL,
    json    TEXT NOT NULL
);

-- Payments at merchants, newest first by their ids. forgotten = 1: as of a ticket.
CREATE TABLE merchant_payment (
    id        TEXT PRIMARY KEY,
    forgotten INTEGER NOT NULL,
    json      TEXT NOT NULL
);

-- What consumed the deposit or filled it, as far back as it was read without a gap.
CREATE TABLE deposit_entry (
    id   TEXT PRIMARY KEY,
    at   INTEGER NOT NULL,
    json TEXT NOT NULL
);
CREATE INDEX deposit_entry_newest ON deposit_entry (at, id);
