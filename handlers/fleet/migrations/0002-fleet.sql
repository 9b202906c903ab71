CREATE TABLE trucks (
  id uuid PRIMARY KEY,
  plate text NOT NULL,
  capacity_m3 numeric NOT NULL CHECK (capacity_m3 > 0),
  -- `assigned`: has moves ahead. Whether it is free on a day, its reservations tell.
  status text NOT NULL CHECK (status IN ('available', 'assigned', 'maintenance')),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX trucks_plate_key ON trucks (upper(plate));
CREATE INDEX trucks_by_status ON trucks (status, id);
CREATE INDEX trucks_by_capacity ON trucks (capacity_m3, plate);

CREATE TABLE drivers (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  licence text NOT NULL,
  phone text,
  status text NOT NULL CHECK (status IN ('available', 'unavailable')),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX drivers_licence_key ON drivers (upper(licence));
CREATE INDEX drivers_by_status ON drivers (status, id);

-- One row for each move that fleet has heard of, in whatever order it heard.
CREATE TABLE reservations (
  move_id uuid PRIMARY KEY,
  truck_id uuid REFERENCES trucks (id) ON DELETE SET NULL,
  date date,
  volume_m3 numeric,
  status text NOT NULL CHECK (status IN ('new', 'unavailable', 'active', 'completed', 'cancelled')),
  -- When the request was made that decided it; older ones come too late.
  requested_at timestamptz NOT NULL DEFAULT '-infinity',
  -- So a truck with moves ahead cannot be deleted either.
  CONSTRAINT active_reservation_has_truck CHECK (status <> 'active' OR (truck_id IS NOT NULL AND date IS NOT NULL))
);
-- However many events are handled at once: two moves never have the same truck on the same day.
CREATE UNIQUE INDEX one_move_per_truck_and_day ON reservations (truck_id, date) WHERE status IN ('active', 'completed');

GRANT SELECT, INSERT, UPDATE, DELETE ON trucks, drivers TO app;
-- Reservations are kept: they say what was.
GRANT SELECT, INSERT, UPDATE ON reservations TO app;
