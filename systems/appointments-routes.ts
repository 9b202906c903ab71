/** The HTTP contract of the appointments: what each route takes and answers. */
import type { AlarmedFunction } from "../components/alarmed-function.ts";
import { IDEMPOTENCY_KEY, IF_MATCH, PAGES } from "../components/openapi/parameters.ts";
import type { Queue } from "../components/queue.ts";
import type { RouteArgs } from "../components/rest-api-arguments.ts";
import {
  acceptedBookingSchema,
  appointmentListSchema,
  appointmentSchema,
  bookingSchema,
  daySchema,
  providerListSchema,
  providerSchema,
  slotListSchema,
} from "../handlers/appointments/answers.schema.ts";
import {
  bookSchema,
  listAppointmentsQuerySchema,
  rescheduleSchema,
} from "../handlers/appointments/appointment.schema.ts";
import {
  availabilitySchema,
  createProviderSchema,
  slotsQuerySchema,
} from "../handlers/appointments/provider.schema.ts";

/** The functions behind the routes. */
export type AppointmentOperation =
  | "createProvider"
  | "listProviders"
  | "getProvider"
  | "setAvailability"
  | "listSlots"
  | "book"
  | "list"
  | "get"
  | "reschedule"
  | "cancel"
  | "getBooking";

type Operations = Readonly<Record<AppointmentOperation, AlarmedFunction>>;

/** All routes, by method and path. */
export function appointmentRoutes(operations: Operations, bookings: Queue): Record<string, RouteArgs> {
  return {
    ...providerRoutes(operations),
    ...bookingRoutes(operations, bookings),
    "GET /appointments": {
      handler: operations.list,
      summary: "Lists the appointments of a client, latest first, cancelled ones among them.",
      query: {
        ...PAGES,
        clientEmail: {
          required: true,
          description: "E-mail address of the client.",
          schema: listAppointmentsQuerySchema.shape.clientEmail,
        },
      },
      responses: { 200: { description: "A page of appointments.", schema: appointmentListSchema } },
    },
    "GET /appointments/{id}": {
      handler: operations.get,
      summary: "Reads an appointment.",
      responses: { 200: { description: "The appointment.", schema: appointmentSchema } },
    },
    "PUT /appointments/{id}": {
      handler: operations.reschedule,
      summary: "Moves an appointment to another slot, or changes who comes; what is left out stays.",
      body: rescheduleSchema,
      headers: IF_MATCH,
      responses: {
        200: { description: "The appointment as it is now.", schema: appointmentSchema },
        409: { description: "The slot is taken, or the appointment is cancelled or has begun." },
      },
    },
    "DELETE /appointments/{id}": {
      handler: operations.cancel,
      summary: "Cancels an appointment; its slot is free again.",
      headers: IF_MATCH,
      responses: { 204: { description: "The appointment is cancelled." } },
    },
  };
}

function providerRoutes(operations: Operations): Record<string, RouteArgs> {
  return {
    "POST /providers": {
      handler: operations.createProvider,
      summary: "Creates a provider.",
      body: createProviderSchema,
      headers: IDEMPOTENCY_KEY,
      responses: { 201: { description: "The provider.", schema: providerSchema } },
    },
    "GET /providers": {
      handler: operations.listProviders,
      summary: "Lists providers, newest first.",
      query: PAGES,
      responses: { 200: { description: "A page of providers.", schema: providerListSchema } },
    },
    "GET /providers/{id}": {
      handler: operations.getProvider,
      summary: "Reads a provider.",
      responses: { 200: { description: "The provider.", schema: providerSchema } },
    },
    "PUT /providers/{id}/availability": {
      handler: operations.setAvailability,
      summary: "Says when a provider works on a day (UTC), in place of what was said before.",
      body: availabilitySchema,
      headers: IF_MATCH,
      responses: { 200: { description: "The day as it is now.", schema: daySchema } },
    },
    "GET /providers/{id}/slots": {
      handler: operations.listSlots,
      summary: "Lists the free slots of a day.",
      query: {
        date: {
          required: true,
          description: "The day, such as 2026-01-31.",
          schema: slotsQuerySchema.shape.date,
        },
      },
      responses: { 200: { description: "The free slots.", schema: slotListSchema } },
    },
  };
}

/** The two forms of booking. */
function bookingRoutes(operations: Operations, bookings: Queue): Record<string, RouteArgs> {
  return {
    "POST /appointments": {
      handler: operations.book,
      summary: "Books a free slot.",
      body: bookSchema,
      headers: IDEMPOTENCY_KEY,
      responses: {
        201: { description: "The appointment.", schema: appointmentSchema },
        409: { description: "The slot is taken." },
        422: { description: "There is no such slot, or it cannot be booked." },
      },
    },
    "POST /bookings": {
      queue: bookings,
      summary: "Asks for a free slot without waiting for the outcome.",
      body: bookSchema,
      headers: IDEMPOTENCY_KEY,
      responses: { 202: { description: "The request waits in a queue.", schema: acceptedBookingSchema } },
    },
    "GET /bookings/{id}": {
      handler: operations.getBooking,
      summary: "Tells what became of a request that waited in the queue.",
      responses: { 200: { description: "The outcome.", schema: bookingSchema } },
    },
  };
}
