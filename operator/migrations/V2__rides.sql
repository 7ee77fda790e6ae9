-- What carries riders, by the number that is painted on it.
CREATE TABLE transit_vehicle (
  city TEXT NOT NULL,
  board TEXT NOT NULL,
  canonical TEXT,
  shown TEXT,
  carrier TEXT NOT NULL,
  is_in_service BIGINT NOT NULL,
  told_at BIGINT NOT NULL,
  controlled_until BIGINT,
  PRIMARY KEY (city, board)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX transit_vehicle_plate ON transit_vehicle (city, canonical);

-- Which trips it makes.
CREATE TABLE transit_trip (
  id TEXT PRIMARY KEY,
  city TEXT NOT NULL,
  board TEXT NOT NULL,
  route TEXT NOT NULL,
  direction BIGINT NOT NULL,
  service_day TEXT NOT NULL,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  broke_down_at BIGINT
)/*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX transit_trip_vehicle ON transit_trip (city, board, starts_at);
CREATE INDEX transit_trip_ended ON transit_trip (city, ends_at);
CREATE INDEX transit_trip_started ON transit_trip (city, starts_at);
CREATE INDEX transit_trip_route ON transit_trip (city, route, starts_at);
CREATE INDEX transit_trip_broken ON transit_trip (city, broke_down_at) WHERE broke_down_at IS NOT NULL;

-- Signs that are posted in vehicles.
CREATE TABLE ride_sign (
  city TEXT NOT NULL,
  token TEXT NOT NULL,
  board TEXT NOT NULL,
  posted_at BIGINT NOT NULL,
  ended_at BIGINT,
  PRIMARY KEY (city, token)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX ride_sign_board ON ride_sign (city, board);

-- Terminals that show codes, each with its key.
CREATE TABLE ride_terminal (
  city TEXT NOT NULL,
  token TEXT NOT NULL,
  board TEXT NOT NULL,
  device_key TEXT NOT NULL,
  put_at BIGINT NOT NULL,
  ended_at BIGINT,
  PRIMARY KEY (city, token)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX ride_terminal_board ON ride_terminal (city, board);

-- Rides that were registered.
CREATE TABLE ride (
  id TEXT PRIMARY KEY,
  account TEXT,
  channel TEXT NOT NULL,
  city TEXT NOT NULL,
  board TEXT NOT NULL,
  canonical TEXT,
  shown TEXT,
  carrier TEXT NOT NULL,
  trip TEXT,
  route TEXT,
  direction BIGINT,
  trip_starts_at BIGINT,
  trip_ends_at BIGINT,
  service_day TEXT NOT NULL,
  persons BIGINT NOT NULL,
  state TEXT NOT NULL,
  registered_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  price BIGINT NOT NULL,
  currency TEXT NOT NULL,
  lines TEXT NOT NULL,
  riders TEXT NOT NULL,
  full_price BIGINT NOT NULL,
  pay TEXT NOT NULL,
  sale TEXT,
  card_fee BIGINT NOT NULL,
  category TEXT,
  is_by_pass BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX ride_account ON ride (account, id);
CREATE INDEX ride_carrier ON ride (city, carrier, service_day);
CREATE INDEX ride_voided ON ride (city, carrier) WHERE state = 'voided';
CREATE INDEX ride_vehicle ON ride (city, board, registered_at);

-- Those on a ride who pay less than the fare by who they are, or on a free day.
CREATE TABLE ride_reduced (
  ride TEXT NOT NULL,
  ordinal BIGINT NOT NULL,
  city TEXT NOT NULL,
  carrier TEXT NOT NULL,
  service_day TEXT NOT NULL,
  route TEXT,
  category TEXT,
  persons BIGINT NOT NULL,
  full_fare BIGINT NOT NULL,
  paid BIGINT NOT NULL,
  PRIMARY KEY (ride, ordinal)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX ride_reduced_carrier ON ride_reduced (city, carrier, service_day);

-- The erasable half of a ride: its code.
CREATE TABLE ride_code (
  ride TEXT PRIMARY KEY,
  city TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  signed TEXT NOT NULL,
  issue BIGINT NOT NULL,
  device TEXT
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX ride_code_old ON ride_code (city, ends_at);

-- What a rider says is wrong about a ride, and what was decided.
CREATE TABLE ride_dispute (
  ride TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  city TEXT NOT NULL,
  reason TEXT NOT NULL,
  said_at BIGINT NOT NULL,
  decided_at BIGINT
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX ride_dispute_account ON ride_dispute (account);

-- Shifts of those who control rides.
CREATE TABLE control_shift (
  id TEXT PRIMARY KEY,
  controller TEXT NOT NULL,
  city TEXT NOT NULL,
  begun_at BIGINT NOT NULL,
  ended_at BIGINT,
  heard_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;

-- Vehicles that were controlled.
CREATE TABLE vehicle_control (
  id TEXT PRIMARY KEY,
  shift TEXT NOT NULL,
  controller TEXT NOT NULL,
  city TEXT NOT NULL,
  board TEXT NOT NULL,
  trip TEXT,
  service_day TEXT NOT NULL,
  begun_at BIGINT NOT NULL,
  ended_at BIGINT,
  held_until BIGINT
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX vehicle_control_shift ON vehicle_control (shift);
CREATE INDEX vehicle_control_held ON vehicle_control (city, board, held_until);

-- What controllers were told when somebody showed something.
CREATE TABLE ride_check (
  id TEXT PRIMARY KEY,
  control TEXT NOT NULL,
  controller TEXT NOT NULL,
  city TEXT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  ride TEXT,
  persons BIGINT,
  answer TEXT NOT NULL,
  data_until BIGINT,
  repeats TEXT
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX ride_check_control ON ride_check (control);
CREATE INDEX ride_check_ride ON ride_check (ride, at);

-- Rides that were registered otherwise than in the app, by what is printed on a card or a ticket.
CREATE TABLE ride_registered (
  ride TEXT PRIMARY KEY,
  city TEXT NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  channel TEXT NOT NULL,
  board TEXT NOT NULL,
  trip TEXT,
  persons BIGINT NOT NULL,
  registered_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  is_void BIGINT NOT NULL,
  is_free BIGINT NOT NULL,
  carrier TEXT NOT NULL,
  route TEXT,
  service_day TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  full_fare BIGINT,
  category TEXT
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX ride_registered_carrier ON ride_registered (city, carrier, service_day);
CREATE INDEX ride_registered_voided ON ride_registered (city, carrier) WHERE is_void = 1;
CREATE UNIQUE INDEX ride_registered_code ON ride_registered (city, code, registered_at, board, kind);
CREATE INDEX ride_registered_vehicle ON ride_registered (city, board, registered_at);

-- Until when a vehicle's registrations of that kind are told.
CREATE TABLE ride_registered_until (
  city TEXT NOT NULL,
  board TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  PRIMARY KEY (city, board)
)/*sqlite WITHOUT ROWID*/;

-- What was agreed with a carrier, from a service day on.
CREATE TABLE partner_terms (
  city TEXT NOT NULL,
  carrier TEXT NOT NULL,
  from_on TEXT NOT NULL,
  period TEXT NOT NULL,
  basis_points BIGINT NOT NULL,
  per_ride BIGINT NOT NULL,
  currency TEXT NOT NULL,
  told_at BIGINT NOT NULL,
  PRIMARY KEY (city, carrier, from_on)
)/*sqlite WITHOUT ROWID*/;

-- Periods that were settled with a carrier. Rows are added and never changed.
CREATE TABLE partner_settlement (
  id TEXT PRIMARY KEY,
  city TEXT NOT NULL,
  carrier TEXT NOT NULL,
  number BIGINT NOT NULL,
  from_on TEXT NOT NULL,
  to_on TEXT NOT NULL,
  closed_at BIGINT NOT NULL,
  currency TEXT NOT NULL,
  rides BIGINT NOT NULL,
  persons BIGINT NOT NULL,
  gross BIGINT NOT NULL,
  refunded BIGINT NOT NULL,
  commission BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  payable BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX partner_settlement_number ON partner_settlement (city, carrier, number);

-- Their lines.
CREATE TABLE partner_line (
  settlement TEXT NOT NULL,
  ordinal BIGINT NOT NULL,
  service_day TEXT NOT NULL,
  route TEXT,
  product TEXT NOT NULL,
  category TEXT,
  is_correction BIGINT NOT NULL,
  rides BIGINT NOT NULL,
  persons BIGINT NOT NULL,
  gross BIGINT NOT NULL,
  refunded BIGINT NOT NULL,
  commission BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  payable BIGINT NOT NULL,
  PRIMARY KEY (settlement, ordinal)
)/*sqlite WITHOUT ROWID*/;

-- Which settlement a ride is in, and the one that takes it back, with what it counts there.
CREATE TABLE partner_ride (
  ride TEXT PRIMARY KEY,
  city TEXT NOT NULL,
  carrier TEXT NOT NULL,
  settlement TEXT NOT NULL,
  taken_back TEXT,
  service_day TEXT NOT NULL,
  route TEXT,
  product TEXT NOT NULL,
  category TEXT,
  persons BIGINT NOT NULL,
  fare BIGINT NOT NULL,
  is_taken BIGINT NOT NULL,
  basis_points BIGINT NOT NULL,
  per_ride BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX partner_ride_settlement ON partner_ride (settlement);
CREATE INDEX partner_ride_taken_back ON partner_ride (taken_back);

-- What everybody may know: news, works, outages.
CREATE TABLE notice (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  city TEXT,
  services TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  begins_at BIGINT,
  ends_at BIGINT,
  published_at BIGINT NOT NULL,
  author TEXT NOT NULL,
  withdrawn_at BIGINT
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX notice_published ON notice (published_at);

-- When an operator was up: from one beat to another.
CREATE TABLE up_interval (
  began_at BIGINT PRIMARY KEY,
  until_at BIGINT NOT NULL
);
INSERT INTO due (kind, reference, at, lease_until) VALUES ('availability.beat', 'minutely', 0, 0);

-- Accounts that are suspended or blocked, or were.
CREATE TABLE account_standing (
  account TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  reason TEXT
)/*sqlite WITHOUT ROWID*/;

-- Versions of terms that were accepted after the registration.
CREATE TABLE terms_accepted (
  account TEXT NOT NULL,
  city TEXT NOT NULL,
  terms TEXT NOT NULL,
  version TEXT NOT NULL,
  accepted_by TEXT NOT NULL,
  accepted_at BIGINT NOT NULL,
  PRIMARY KEY (account, city, terms, version)
)/*sqlite WITHOUT ROWID*/;

-- What people report, and what they are answered.
CREATE TABLE trouble_report (
  id TEXT PRIMARY KEY,
  number TEXT NOT NULL,
  account TEXT NOT NULL,
  city TEXT NOT NULL,
  kind TEXT NOT NULL,
  said TEXT NOT NULL,
  vehicle TEXT,
  ride TEXT,
  reported_at BIGINT NOT NULL,
  answer TEXT,
  answered_at BIGINT
)/*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX trouble_report_number ON trouble_report (number);
CREATE INDEX trouble_report_account ON trouble_report (account, id);
-- Transport cards that were issued. Each is an account of its own, without a person; `account` is
-- that of the rider who linked it.
CREATE TABLE card (
  id TEXT PRIMARY KEY,
  city TEXT NOT NULL,
  number TEXT NOT NULL,
  code TEXT NOT NULL,
  kind TEXT NOT NULL,
  holder TEXT NOT NULL,
  issued_on TEXT NOT NULL,
  told_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  trouble TEXT,
  blocked_at BIGINT,
  is_defective BIGINT NOT NULL,
  replaced_by TEXT,
  account TEXT,
  linked_at BIGINT,
  balance BIGINT NOT NULL,
  currency TEXT NOT NULL,
  balance_at BIGINT NOT NULL,
  ridden_at BIGINT,
  topped_up_at BIGINT
)/*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX card_number ON card (city, number);
CREATE UNIQUE INDEX card_code ON card (city, code);
CREATE UNIQUE INDEX card_holder ON card (holder);
CREATE INDEX card_account ON card (account);
CREATE INDEX card_stopped ON card (city, id) WHERE state <> 'active';

-- Top-ups of cards: paid, they wait for a reader.
CREATE TABLE card_top_up (
  id TEXT PRIMARY KEY,
  card TEXT NOT NULL,
  city TEXT NOT NULL,
  account TEXT NOT NULL,
  sale TEXT NOT NULL,
  pay TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  state TEXT NOT NULL,
  paid_at BIGINT NOT NULL,
  hold_until BIGINT NOT NULL,
  returns_at BIGINT NOT NULL,
  done_at BIGINT
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX card_top_up_card ON card_top_up (card, id);
CREATE INDEX card_top_up_account ON card_top_up (account);

-- Rides that were registered by cards, charged to them once. `card` is the one that was charged;
-- absent until the card is told.
CREATE TABLE card_ride (
  ride TEXT PRIMARY KEY,
  city TEXT NOT NULL,
  code TEXT NOT NULL,
  card TEXT,
  board TEXT NOT NULL,
  route TEXT,
  persons BIGINT NOT NULL,
  registered_at BIGINT NOT NULL,
  told_at BIGINT NOT NULL,
  price BIGINT,
  currency TEXT NOT NULL,
  is_void BIGINT NOT NULL,
  is_charged BIGINT NOT NULL,
  charged_at BIGINT,
  flag TEXT
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX card_ride_code ON card_ride (city, code);
CREATE INDEX card_ride_card ON card_ride (card, registered_at);
CREATE INDEX card_ride_charged ON card_ride (city, charged_at);

-- What riders say of their cards.
CREATE TABLE card_report (
  card TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  trouble TEXT NOT NULL,
  note TEXT NOT NULL,
  said_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX card_report_account ON card_report (account);

-- How well the operator knows a user.
CREATE TABLE identification (
  account TEXT PRIMARY KEY,
  level TEXT NOT NULL,
  confirmed_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;

-- What moved the balance of a card.
CREATE INDEX ledger_leg_card ON ledger_leg (holder, entry) WHERE kind = 'card';
-- That riders are of a category, as clerks grant it.
CREATE TABLE rider_benefit (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  city TEXT NOT NULL,
  category TEXT NOT NULL,
  until_day TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  revoked_at BIGINT,
  evidence TEXT NOT NULL,
  granted_by TEXT NOT NULL
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX rider_benefit_account ON rider_benefit (account, ends_at);
CREATE INDEX rider_benefit_old ON rider_benefit (city, ends_at);

-- Passes of riders.
CREATE TABLE transit_pass (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  city TEXT NOT NULL,
  product TEXT NOT NULL,
  category TEXT NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  bought_at BIGINT NOT NULL,
  price BIGINT NOT NULL,
  currency TEXT NOT NULL,
  lines TEXT NOT NULL,
  pay TEXT NOT NULL,
  sale TEXT NOT NULL
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX transit_pass_account ON transit_pass (account, id);
