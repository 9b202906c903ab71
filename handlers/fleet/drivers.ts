/** Drivers in PostgreSQL. */
import { conflictWith } from "../shared/problem.ts";
import type { Collection, Row } from "./collection.ts";
import type { DriverFields } from "./driver.schema.ts";
import { driverQuerySchema, driverSchema } from "./driver.schema.ts";
import { EXPECTED_ROW, statementsOn } from "./statements.ts";

interface DriverRow extends Row {
  readonly name: string;
  readonly licence: string;
  readonly phone: string | null;
  readonly status: string;
}

const common = statementsOn("drivers", "name, licence, phone, status");

const STATEMENTS = {
  ...common,
  insert: `
    INSERT INTO drivers (id, name, licence, phone, status, created_at, updated_at)
    VALUES (:id, :name, :licence, :phone, coalesce(:status::text, 'available'), :now, :now)
    RETURNING ${common.columns}`,
  update: `
    UPDATE drivers SET
      name = :name,
      licence = :licence,
      phone = :phone,
      status = coalesce(:status::text, status),
      version = version + 1,
      updated_at = :now
    WHERE ${EXPECTED_ROW}
    RETURNING ${common.columns}`,
};

export const drivers: Collection<DriverFields, DriverRow> = {
  path: "/drivers",
  noun: "driver",
  schema: driverSchema,
  querySchema: driverQuerySchema,
  statements: STATEMENTS,
  toParameters: ({ name, licence, phone, status }) => ({
    name,
    licence,
    phone: phone ?? null,
    status: status ?? null,
  }),
  toItem: ({ name, licence, phone, status }) => ({ name, licence, ...(phone !== null && { phone }), status }),
  refusals: { drivers_licence_key: () => conflictWith("There is a driver with this licence.") },
};
