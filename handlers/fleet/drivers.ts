/** Drivers in PostgreSQL. */
import { conflictWith } from "../shared/problem.ts";
import type { Collection, Row } from "./collection.ts";
import type { DriverFields } from "./driver.schema.ts";
import { driverQuerySchema, driverSchema } from "./driver.schema.ts";

interface DriverRow extends Row {
  readonly name: string;
  readonly licence: string;
  readonly phone: string | null;
  readonly status: string;
}

const COLUMNS = "id::text AS id, name, licence, phone, status, version, created_at, updated_at";

const STATEMENTS = {
  insert: `
    INSERT INTO drivers (id, name, licence, phone, status, created_at, updated_at)
    VALUES (:id, :name, :licence, :phone, coalesce(:status::text, 'available'), :now, :now)
    RETURNING ${COLUMNS}`,
  find: `SELECT ${COLUMNS} FROM drivers WHERE id = :id`,
  list: `SELECT ${COLUMNS} FROM drivers WHERE id < :start ORDER BY id DESC LIMIT :limit`,
  listByStatus: `
    SELECT ${COLUMNS} FROM drivers WHERE status = :status AND id < :start ORDER BY id DESC LIMIT :limit`,
  update: `
    UPDATE drivers SET
      name = :name,
      licence = :licence,
      phone = :phone,
      status = coalesce(:status::text, status),
      version = version + 1,
      updated_at = :now
    WHERE id = :id
      AND (:versions::jsonb IS NULL OR version IN (SELECT value::bigint FROM jsonb_array_elements_text(:versions::jsonb)))
    RETURNING ${COLUMNS}`,
  remove: `
    DELETE FROM drivers
    WHERE id = :id
      AND (:versions::jsonb IS NULL OR version IN (SELECT value::bigint FROM jsonb_array_elements_text(:versions::jsonb)))`,
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
