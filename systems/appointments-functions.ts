/** The functions of the appointments, each with a role of its own and exactly what it needs. */
import type { AlarmedFunction } from "../components/alarmed-function.ts";
import type { SecureTable, TableAccess } from "../components/secure-table.ts";
import type { AppointmentsSettings } from "../settings/appointments.ts";
import type { AppointmentOperation } from "./appointments-routes.ts";
import type { FunctionArgs, FunctionFactory } from "./functions.ts";
import type { SystemArgs } from "./system.ts";

/** The functions behind the API's routes, and the one behind the queue. */
export function createFunctions(
  create: FunctionFactory,
  { settings, allowedOrigins, cursorKey }: SystemArgs<AppointmentsSettings>,
  table: SecureTable,
): Record<AppointmentOperation | "processBooking", AlarmedFunction> {
  const make = (
    operation: string,
    description: string,
    access: readonly TableAccess[],
    more: Partial<FunctionArgs> = {},
  ) =>
    create(operation, {
      ...more,
      description,
      environment: { CORS_ALLOWED_ORIGINS: allowedOrigins.join(","), ...more.environment },
      links: { APPOINTMENTS_TABLE: table.link(access, { indexes: [] }), ...more.links },
    });
  const pages = {
    links: {
      APPOINTMENTS_TABLE: table.link("query", { table: false }),
      CURSOR_KEY_SECRET_ARN: cursorKey.link("read"),
    },
  };
  const books = { environment: { BOOKING_HORIZON_DAYS: String(settings.horizonDays) } };
  const changes: readonly TableAccess[] = ["get", "query", "put", "update", "delete"];
  return {
    createProvider: make("create-provider", "POST /providers", ["get", "put"]),
    listProviders: make("list-providers", "GET /providers", [], pages),
    getProvider: make("get-provider", "GET /providers/{id}", ["get"]),
    setAvailability: make("set-availability", "PUT /providers/{id}/availability", changes),
    listSlots: make("list-slots", "GET /providers/{id}/slots", ["get", "query"]),
    book: make("book", "POST /appointments", ["get", "put", "update"], books),
    list: make("list", "GET /appointments", [], pages),
    get: make("get", "GET /appointments/{id}", ["get"]),
    reschedule: make("reschedule", "PUT /appointments/{id}", changes, books),
    cancel: make("cancel", "DELETE /appointments/{id}", changes),
    getBooking: make("get-booking", "GET /bookings/{id}", ["get"]),
    processBooking: make("process-booking", "Decides on bookings from the queue.", ["get", "put", "update"], {
      ...books,
      timeoutSeconds: 30,
    }),
  };
}
