-- Moves and the steps that they may take. The database refuses every other step, whatever the program does.

CREATE TABLE move_transitions (
  from_status text NOT NULL,
  to_status text NOT NULL,
  PRIMARY KEY (from_status, to_status)
);

INSERT INTO move_transitions (from_status, to_status) VALUES
  ('registered', 'truck_assigned'),
  ('registered', 'cancelled'),
  ('truck_assigned', 'in_transit'),
  ('truck_assigned', 'cancelled'),
  ('in_transit', 'completed');

CREATE TABLE moves (
  id uuid PRIMARY KEY,
  client_id text NOT NULL,
  client_email text NOT NULL,
  origin text NOT NULL,
  destination text NOT NULL,
  volume_m3 double precision NOT NULL,
  move_date date NOT NULL,
  status text NOT NULL,
  truck_id uuid,
  plate text,
  note text,
  truck_decided_at timestamptz,
  version integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT moves_status_known
    CHECK (status IN ('registered', 'truck_assigned', 'in_transit', 'completed', 'cancelled')),
  CONSTRAINT moves_truck_when_needed
    CHECK (status NOT IN ('truck_assigned', 'in_transit', 'completed') OR truck_id IS NOT NULL),
  CONSTRAINT moves_truck_has_plate CHECK ((truck_id IS NULL) = (plate IS NULL)),
  CONSTRAINT moves_volume_positive CHECK (volume_m3 > 0),
  CONSTRAINT moves_texts_bounded
    CHECK (length(origin) BETWEEN 1 AND 300 AND length(destination) BETWEEN 1 AND 300)
);

-- Ids are sorted by time: a list, newest first, is a range of one of these.
CREATE INDEX moves_by_status ON moves (status, id DESC);
CREATE INDEX moves_by_client ON moves (client_id, id DESC);
CREATE INDEX moves_by_client_and_status ON moves (client_id, status, id DESC);

CREATE FUNCTION keep_moves_honest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'moves are not deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'registered' OR NEW.version <> 1 THEN
      RAISE EXCEPTION 'a move begins as registered, in version 1' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION 'version % of a move follows version %', NEW.version, OLD.version USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.id, NEW.client_id, NEW.client_email, NEW.origin, NEW.destination, NEW.volume_m3, NEW.move_date, NEW.created_at)
    IS DISTINCT FROM
    (OLD.id, OLD.client_id, OLD.client_email, OLD.origin, OLD.destination, OLD.volume_m3, OLD.move_date, OLD.created_at) THEN
    RAISE EXCEPTION 'what a client ordered does not change' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.status <> OLD.status AND NOT EXISTS (
    SELECT FROM move_transitions WHERE from_status = OLD.status AND to_status = NEW.status
  ) THEN
    RAISE EXCEPTION 'a move does not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.truck_id IS DISTINCT FROM OLD.truck_id AND NEW.status <> 'truck_assigned' THEN
    RAISE EXCEPTION 'the truck of a move does not change while it is %', NEW.status USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER moves_honest BEFORE INSERT OR UPDATE OR DELETE ON moves
  FOR EACH ROW EXECUTE FUNCTION keep_moves_honest();

-- No right to delete moves, nor to change the steps that they may take.
GRANT SELECT, INSERT, UPDATE ON moves TO app;
GRANT SELECT ON move_transitions TO app;
