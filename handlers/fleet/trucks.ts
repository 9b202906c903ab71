/** Trucks in PostgreSQL. */
import { decimal } from "../shared/database-values.ts";
import { conflictWith } from "../shared/problem.ts";
import type { Collection, Row } from "./collection.ts";
import { EXPECTED_ROW, statementsOn } from "./statements.ts";
import type { TruckFields } from "./truck.schema.ts";
import { truckQuerySchema, truckSchema } from "./truck.schema.ts";

interface TruckRow extends Row {
  readonly plate: string;
  readonly capacity_m3: string;
  readonly status: string;
}

const common = statementsOn("trucks", "plate, capacity_m3, status");

const STATEMENTS = {
  ...common,
  insert: `
    INSERT INTO trucks (id, plate, capacity_m3, status, created_at, updated_at)
    VALUES (:id, :plate, :capacity, coalesce(:status::text, 'available'), :now, :now)
    RETURNING ${common.columns}`,
  /** A truck with moves ahead is not made available by saying so. */
  update: `
    UPDATE trucks SET
      plate = :plate,
      capacity_m3 = :capacity,
      status = CASE
        WHEN :status::text = 'available'
          AND EXISTS (SELECT FROM reservations WHERE truck_id = trucks.id AND status = 'active') THEN 'assigned'
        ELSE coalesce(:status::text, status)
      END,
      version = version + 1,
      updated_at = :now
    WHERE ${EXPECTED_ROW}
    RETURNING ${common.columns}`,
};

export const trucks: Collection<TruckFields, TruckRow> = {
  path: "/trucks",
  noun: "truck",
  schema: truckSchema,
  querySchema: truckQuerySchema,
  statements: STATEMENTS,
  toParameters: ({ plate, capacityM3, status }) => ({
    plate,
    capacity: decimal(String(capacityM3)),
    status: status ?? null,
  }),
  toItem: ({ plate, capacity_m3, status }) => ({ plate, capacityM3: Number(capacity_m3), status }),
  refusals: {
    trucks_plate_key: () => conflictWith("There is a truck with this plate."),
    active_reservation_has_truck: () =>
      conflictWith("The truck has moves ahead. Give them to another truck first."),
  },
};
