-- What has happened and is still to be told: written with the change itself, published by handlers/outbox/relay.ts.
CREATE TABLE outbox (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id uuid NOT NULL UNIQUE,
  -- Events of one subject are published in the order of their positions.
  subject text NOT NULL,
  detail_type text NOT NULL,
  detail text NOT NULL,
  -- Until then a relay is at work on it.
  claimed_until timestamptz
);
CREATE INDEX outbox_subject ON outbox (subject, position);

-- Events of other systems that have had their effect: written with it.
CREATE TABLE handled_events (
  event_id uuid PRIMARY KEY,
  handled_at timestamptz NOT NULL
);

-- Answers to requests with an Idempotency-Key: written with what they had for an effect.
CREATE TABLE idempotency_records (
  key text PRIMARY KEY,
  fingerprint text NOT NULL,
  response text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX idempotency_records_expiry ON idempotency_records (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON outbox, handled_events, idempotency_records TO app;
