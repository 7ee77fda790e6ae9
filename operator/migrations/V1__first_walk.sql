-- Accounts are pseudonyms. Persons, phones and plates stand in tables of their own that can be
-- erased; ledger and tickets stay. Times are epoch milliseconds, money is minor units of the
-- currency beside it. An index is paid for by every purchase: what only the nightly erasing looks
-- for has none. So is a foreign key: what a purchase writes has none, because it is written with
-- what it belongs to, in one transaction that holds the account; the check of the books finds a
-- stray. What stands in /*sqlite ... */ or /*postgres ... */ is for that database alone: a small
-- row lives in its key's index and nowhere else; a row that changes often has room to change in its
-- page.

CREATE TABLE account (
  id TEXT PRIMARY KEY,
  -- `person`, or `device` of a place; `guest`, `company`, `card_only`, `partner` are for later.
  kind TEXT NOT NULL,
  -- Cursor of the account's events: gapless, in commit order.
  seq BIGINT NOT NULL,
  currency TEXT NOT NULL,
  deposit BIGINT NOT NULL CHECK (deposit >= 0),
  -- Events up to here are gone.
  events_from BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT,
  -- JSON of the rows of `role_grant` that have not ended: read with every request.
  roles TEXT NOT NULL
)/*sqlite WITHOUT ROWID*//*postgres WITH (fillfactor = 50)*/;

-- Roles: an account may hold several, each for a time and a place, a city or all. One that ended
-- stays as what it was.
CREATE TABLE role_grant (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  role TEXT NOT NULL,
  -- Absent: everything the operator serves.
  city TEXT,
  -- A place in that city; absent: all of it.
  place TEXT,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT,
  -- Who gave it: an account, or the tool.
  given_by TEXT NOT NULL,
  given_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX role_grant_of ON role_grant (account);

-- Append only: what the operator's staff and tools did.
CREATE TABLE audit_log (
  id TEXT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  note TEXT NOT NULL
);

CREATE TABLE person (
  account TEXT PRIMARY KEY REFERENCES account (id),
  phone TEXT UNIQUE,
  name TEXT,
  -- What messages to it are written in, BCP 47; absent when no app told it.
  language TEXT,
  created_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE one_time_code (
  phone TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  resend_at BIGINT NOT NULL,
  -- The network that asked for it, hashed; its wrong codes, and those of all others.
  network TEXT NOT NULL,
  own_tries BIGINT NOT NULL,
  tries BIGINT NOT NULL
);

-- What counts against a limit: a code asked for by a number, from an address, a price of a car.
-- Subjects are hashed.
CREATE TABLE attempt (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX attempt_of ON attempt (kind, subject, at);

CREATE TABLE device (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  public_key TEXT NOT NULL,
  created_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX device_of ON device (account);

CREATE TABLE token (
  hash TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  device TEXT REFERENCES device (id),
  -- The device's key, which is its own for ever.
  device_key TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX token_of ON token (account);

-- Messages on their way out. `mesto serve --messages` sends them; another gateway may read them
-- (docs/messages.md).
CREATE TABLE message (
  id TEXT PRIMARY KEY,
  -- `sms`; `push` and `email` are for later.
  channel TEXT NOT NULL,
  -- The address of that channel: a phone number.
  recipient TEXT NOT NULL,
  -- `<service>.<what>`, and its values as JSON.
  template TEXT NOT NULL,
  params TEXT NOT NULL,
  -- Of the person, BCP 47; absent when it is not known.
  language TEXT,
  at BIGINT NOT NULL,
  -- What is sent first: 0 a code for an account, 1 a code for a number without one, 2 the rest.
  priority BIGINT NOT NULL DEFAULT 2,
  -- `waiting`, `sent`, `delivered`, `failed`, `expired`. From `sent` on `params` are empty: a code
  -- that has left stands here no more.
  state TEXT NOT NULL DEFAULT 'waiting',
  -- Not sent any more from then on; absent when it is good at any time.
  valid_until BIGINT,
  next_at BIGINT NOT NULL DEFAULT 0,
  -- Nobody else sends it before.
  lease_until BIGINT NOT NULL DEFAULT 0,
  tries BIGINT NOT NULL DEFAULT 0,
  -- How often it was handed to a gateway that did not refuse it, and when last: so often it may
  -- have left, and so often it counts towards the ceilings.
  submissions BIGINT NOT NULL DEFAULT 0,
  submitted_at BIGINT,
  sent_at BIGINT,
  delivered_at BIGINT,
  -- The gateway's own id of it.
  provider_id TEXT,
  -- Why it was not sent, or not yet: a word, and nothing of a person.
  reason TEXT
);
CREATE INDEX message_to ON message (recipient, id);
CREATE INDEX message_waiting ON message (priority, next_at) WHERE state = 'waiting';
CREATE INDEX message_submitted ON message (submitted_at) WHERE submitted_at IS NOT NULL;
CREATE INDEX message_of_provider ON message (provider_id) WHERE provider_id IS NOT NULL;

CREATE TABLE vehicle (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  city TEXT NOT NULL,
  canonical TEXT NOT NULL,
  shown TEXT NOT NULL,
  country TEXT,
  label TEXT,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX vehicle_once ON vehicle (account, canonical);
CREATE INDEX vehicle_plate ON vehicle (city, canonical);

-- The latest stay of an owner in a car park: of a plate, and of an account where the city counts by
-- user. With a plate's stands when its paid time ends.
CREATE TABLE stay (
  owner_kind TEXT NOT NULL,
  owner TEXT NOT NULL,
  city TEXT NOT NULL,
  zone TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  deadline BIGINT,
  paid_until BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  purchases BIGINT NOT NULL,
  PRIMARY KEY (owner_kind, owner, city, zone)
)/*sqlite WITHOUT ROWID*//*postgres WITH (fillfactor = 80)*/;

-- A price that was promised. `place` and `thing` are what is not paid for twice at the same time: a
-- zone or a facility, and a plate, a ticket's number or an order. `terms` is the service's own.
CREATE TABLE quote (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  city TEXT NOT NULL,
  service TEXT NOT NULL,
  place TEXT NOT NULL,
  thing TEXT NOT NULL,
  pay TEXT NOT NULL,
  subject TEXT NOT NULL,
  terms TEXT NOT NULL,
  total BIGINT NOT NULL,
  currency TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- The prices of an account are counted for a day, exported, and erased.
CREATE INDEX quote_of ON quote (account, issued_at);

-- What was bought at once. Its id has the bytes of its quote's, so that a quote is sold once.
CREATE TABLE sale (
  -- Who pays, and who acts.
  account TEXT NOT NULL,
  id TEXT NOT NULL,
  actor TEXT NOT NULL,
  city TEXT NOT NULL,
  pay TEXT NOT NULL,
  state TEXT NOT NULL,
  items TEXT NOT NULL,
  total BIGINT NOT NULL,
  currency TEXT NOT NULL,
  device TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
);

-- The money of a sale that a provider takes. Its id has the bytes of its sale's; a sale from the
-- deposit has none.
CREATE TABLE payment (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  -- `sale`; that of what has no sale is for later.
  purpose TEXT NOT NULL,
  provider TEXT NOT NULL,
  state TEXT NOT NULL,
  amount BIGINT NOT NULL,
  captured BIGINT NOT NULL CHECK (captured <= amount),
  refunded BIGINT NOT NULL CHECK (refunded <= captured),
  currency TEXT NOT NULL,
  -- The provider's own payment whose money was captured.
  reference TEXT,
  page_url TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  reason TEXT,
  created_at BIGINT NOT NULL
);
CREATE INDEX payment_of ON payment (account, state);

-- Which of our payments a provider's payment is for.
CREATE TABLE provider_payment (
  provider TEXT NOT NULL,
  reference TEXT NOT NULL,
  payment TEXT NOT NULL,
  PRIMARY KEY (provider, reference)
)/*sqlite WITHOUT ROWID*/;

-- Append only: whatever a provider told of a payment of its own, each outcome once.
CREATE TABLE provider_notice (
  provider TEXT NOT NULL,
  reference TEXT NOT NULL,
  outcome TEXT NOT NULL,
  payment TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  reason TEXT,
  at BIGINT NOT NULL,
  PRIMARY KEY (provider, reference, outcome)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX provider_notice_of ON provider_notice (payment);

-- Money on its way back. The sum of a payment's is never above what was approved.
CREATE TABLE refund (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  -- Absent for what was left of a closed deposit.
  payment TEXT,
  reference TEXT,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  reason TEXT NOT NULL,
  route TEXT NOT NULL,
  state TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  done_at BIGINT
);
CREATE INDEX refund_of ON refund (payment);

-- Requests that wait for a provider: claimed by lease, removed when they are answered.
CREATE TABLE provider_request (
  refund TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  next_at BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  lease_until BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE ticket (
  id TEXT PRIMARY KEY,
  -- Absent when it was bought by SMS or at a kiosk.
  account TEXT,
  channel TEXT NOT NULL,
  city TEXT NOT NULL,
  zone TEXT NOT NULL,
  state TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  -- The minutes that were paid for; fewer than from start to end where a ticket goes on after
  -- closing, or ends there less than a minute after the rate that was paid.
  paid_minutes BIGINT NOT NULL,
  price BIGINT NOT NULL,
  currency TEXT NOT NULL,
  lines TEXT NOT NULL,
  tariff TEXT NOT NULL,
  pay TEXT NOT NULL,
  stay TEXT NOT NULL,
  stay_started_at BIGINT NOT NULL,
  stay_deadline BIGINT,
  stay_paid_until BIGINT NOT NULL,
  extends TEXT,
  -- Absent like the account.
  sale TEXT
);
-- An account's tickets are few enough to be sorted when they are read.
CREATE INDEX ticket_of ON ticket (account);

-- The erasable half of a ticket: the plate, and the signed text that names it.
CREATE TABLE ticket_plate (
  ticket TEXT PRIMARY KEY,
  city TEXT NOT NULL,
  zone TEXT NOT NULL,
  canonical TEXT NOT NULL,
  shown TEXT NOT NULL,
  country TEXT,
  ends_at BIGINT NOT NULL,
  -- The newest code, which issue it is, and the key of the device that may show it; absent when
  -- anybody may.
  signed TEXT NOT NULL,
  issue BIGINT NOT NULL,
  device TEXT
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX ticket_plate_check ON ticket_plate (city, canonical, ends_at);

-- Append only. An entry is one movement of money; its legs sum to zero per currency.
CREATE TABLE ledger_entry (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  reference TEXT NOT NULL,
  at BIGINT NOT NULL,
  -- Whose deposit it moved, with the event's cursor and the balance after it.
  account TEXT,
  account_seq BIGINT,
  amount BIGINT,
  balance BIGINT,
  currency TEXT NOT NULL
);
CREATE UNIQUE INDEX ledger_entry_once ON ledger_entry (kind, reference);

CREATE TABLE ledger_leg (
  entry TEXT NOT NULL,
  ordinal BIGINT NOT NULL,
  -- The account of the ledger it is posted to: its kind, and what it is about. `rate` is in
  -- hundredths of a percent.
  kind TEXT NOT NULL,
  holder TEXT,
  service TEXT,
  city TEXT,
  provider TEXT,
  rate BIGINT,
  -- Debits are positive.
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  PRIMARY KEY (entry, ordinal)
)/*sqlite WITHOUT ROWID*/;

-- What a person at the operator has to look at.
CREATE TABLE incident (
  kind TEXT NOT NULL,
  reference TEXT NOT NULL,
  detail TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (kind, reference)
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE daily_order (
  id TEXT PRIMARY KEY,
  -- As it is printed on the slip.
  number TEXT NOT NULL,
  city TEXT NOT NULL,
  zone TEXT NOT NULL,
  state TEXT NOT NULL,
  violation TEXT NOT NULL,
  location TEXT,
  terms TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  valid_until BIGINT NOT NULL,
  currency TEXT NOT NULL,
  inspector TEXT NOT NULL REFERENCES account (id),
  paid_at BIGINT,
  paid_by TEXT REFERENCES account (id),
  paid_amount BIGINT
);

CREATE UNIQUE INDEX daily_order_number ON daily_order (number);

-- The accounts that have shown an order to be theirs: by a ticket there around that time, or by the
-- number on its slip.
CREATE TABLE order_proof (
  account TEXT NOT NULL,
  daily_order TEXT NOT NULL,
  proof TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (account, daily_order)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX order_proof_of ON order_proof (daily_order);

CREATE TABLE order_plate (
  daily_order TEXT PRIMARY KEY REFERENCES daily_order (id),
  city TEXT NOT NULL,
  canonical TEXT NOT NULL,
  shown TEXT NOT NULL,
  country TEXT
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX order_plate_check ON order_plate (city, canonical);

CREATE TABLE plate_check (
  id TEXT PRIMARY KEY,
  inspector TEXT NOT NULL,
  city TEXT NOT NULL,
  zone TEXT NOT NULL,
  canonical TEXT NOT NULL,
  is_covered BIGINT NOT NULL,
  at BIGINT NOT NULL
);

-- A car behind a barrier, from its entry until it has left.
CREATE TABLE visit (
  id TEXT PRIMARY KEY,
  city TEXT NOT NULL,
  facility TEXT NOT NULL,
  -- The number of its ticket; erased when it is old.
  ticket TEXT,
  state TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  -- When it left or was cancelled.
  ended_at BIGINT,
  is_disabled BIGINT NOT NULL,
  places BIGINT NOT NULL,
  is_lost BIGINT NOT NULL,
  currency TEXT NOT NULL,
  -- From when on more is owed than was paid.
  owes_again_at BIGINT,
  -- The signed receipt of its last payment here; erased with the ticket, whose number it tells.
  receipt TEXT,
  -- When something that was told made it dearer last.
  corrected_at BIGINT
)/*postgres WITH (fillfactor = 40)*/;
CREATE UNIQUE INDEX visit_once ON visit (city, ticket, facility, entered_at);
-- Those that a controller has to hear of again.
CREATE INDEX visit_corrected ON visit (city, facility, corrected_at) WHERE corrected_at IS NOT NULL;

-- What a controller told of a ticket, as it was told. Visits and their cash are found out from it.
CREATE TABLE visit_event (
  city TEXT NOT NULL,
  facility TEXT NOT NULL,
  ticket TEXT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  is_disabled BIGINT,
  places BIGINT,
  -- In the city's currency; absent: what was owed then, for the car as it was known when that was
  -- told.
  amount BIGINT,
  seen TEXT,
  told_at BIGINT NOT NULL,
  PRIMARY KEY (city, facility, ticket, at, kind)
)/*sqlite WITHOUT ROWID*/;

-- What was paid for a visit: here by a sale, or at the place, which has neither a sale nor an
-- account.
CREATE TABLE visit_payment (
  visit TEXT NOT NULL,
  at BIGINT NOT NULL,
  -- Paid at the place.
  is_cash BIGINT NOT NULL,
  -- The moment whose price it is.
  priced_at BIGINT NOT NULL,
  city TEXT NOT NULL,
  facility TEXT NOT NULL,
  sale TEXT UNIQUE,
  -- Erased when it is old.
  account TEXT,
  pay TEXT,
  -- For the visit, without `fee`, the commission of a card.
  amount BIGINT NOT NULL,
  fee BIGINT NOT NULL,
  currency TEXT NOT NULL,
  exit_by BIGINT,
  lines TEXT NOT NULL,
  -- At one moment it may be paid here and at the place, each once.
  PRIMARY KEY (visit, at, is_cash)
);
CREATE INDEX visit_payment_of ON visit_payment (account);
-- What a controller has not heard yet.
CREATE INDEX visit_payment_told ON visit_payment (city, facility, at);

-- What the controller of a facility told last.
CREATE TABLE facility (
  city TEXT NOT NULL,
  facility TEXT NOT NULL,
  heard_at BIGINT NOT NULL,
  free BIGINT,
  observed_at BIGINT,
  PRIMARY KEY (city, facility)
)/*sqlite WITHOUT ROWID*//*postgres WITH (fillfactor = 50)*/;

-- What somebody owes for what he had without paying; one of a subject.
CREATE TABLE claim (
  service TEXT NOT NULL,
  subject TEXT NOT NULL,
  city TEXT NOT NULL,
  -- Absent when nobody knows who owes it.
  debtor TEXT,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  at BIGINT NOT NULL,
  settled_at BIGINT,
  -- What ended it: its service, a deposit, or the staff; see `claims.rs`.
  settled_by TEXT,
  PRIMARY KEY (service, subject)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX claim_of ON claim (debtor);

-- Its index is also the way to an account's ledger entries: the row of an entry stays when what it
-- told is erased.
CREATE TABLE event (
  account TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  change TEXT,
  entry TEXT,
  PRIMARY KEY (account, seq)
);

-- Every action that ended, remembered as long as what it made, and the tombstone (route '*') of a
-- key cancelled before it was seen.
CREATE TABLE intent (
  account TEXT NOT NULL,
  key TEXT NOT NULL,
  route TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  status BIGINT NOT NULL,
  -- Erased when it is old.
  answer TEXT,
  -- What it made: a sale, an order.
  made TEXT,
  at BIGINT NOT NULL,
  PRIMARY KEY (account, key, route)
);

-- The keys that an account cancels are counted for a day.
CREATE INDEX intent_cancelled ON intent (account, at) WHERE route = '*';

-- Which history of the books this is: one row, made with the first account, and anew when the store
-- is put back from a copy.
CREATE TABLE epoch (
  name TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  began_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;

-- One row, written again and again to see whether the store takes writes.
CREATE TABLE heartbeat (
  name TEXT PRIMARY KEY,
  at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*//*postgres WITH (fillfactor = 10)*/;
INSERT INTO heartbeat (name, at) VALUES ('store', 0);
-- What the operator is called, and the root key that its apps compile in: one row, made when it is
-- served first.
CREATE TABLE called (
  name TEXT PRIMARY KEY,
  issuer TEXT NOT NULL,
  root_key TEXT NOT NULL
)/*sqlite WITHOUT ROWID*/;

-- The latest moment that an operator has seen and believed: one row; 0: none.
CREATE TABLE clock (
  name TEXT PRIMARY KEY,
  seen_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;
INSERT INTO clock (name, seen_at) VALUES ('store', 0);

-- Codes that were ended before their time: all issues, or those below `good_from`.
CREATE TABLE revoked_code (
  code TEXT PRIMARY KEY,
  good_from BIGINT,
  ends_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;

-- One row: which list of them it is.
CREATE TABLE revocation_list (
  name TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;
INSERT INTO revocation_list (name, version, changed_at) VALUES ('codes', 1, 0);

-- What time brings: claimed by lease, removed in the transaction that does it.
CREATE TABLE due (
  kind TEXT NOT NULL,
  reference TEXT NOT NULL,
  at BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  PRIMARY KEY (kind, reference)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX due_at ON due (at);

-- Once a night what is too old is erased, once a day the keys are looked at, and once a minute which
-- messages are too late; these jobs plan their next time themselves.
INSERT INTO due (kind, reference, at, lease_until) VALUES ('kernel.retention', 'daily', 0, 0), ('public.keys', 'daily', 0, 0), ('messages.expire', 'minutely', 0, 0);
