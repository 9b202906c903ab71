/** What the operations answer, for the published document and for types. Handlers do not check their own answers. */
import * as z from "zod";

const id = z.uuid();
const time = z.iso.datetime();
const nextCursor = z.string().optional();
const version = z.int().describe("Counts the changes; the ETag.");

export const providerSchema = z
  .object({ id, name: z.string(), version, createdAt: time })
  .meta({ id: "Provider" });

export const providerListSchema = z
  .object({ items: z.array(providerSchema), nextCursor })
  .meta({ id: "ProviderList" });

export const daySchema = z
  .object({
    providerId: id,
    date: z.iso.date(),
    from: z.string(),
    to: z.string(),
    slotMinutes: z.int(),
    version,
  })
  .meta({ id: "Day" });

export const slotListSchema = z
  .object({ items: z.array(z.object({ startsAt: time, endsAt: time })) })
  .meta({ id: "SlotList" });

export const appointmentSchema = z
  .object({
    id,
    providerId: id,
    startsAt: time,
    endsAt: time,
    client: z.object({ name: z.string(), email: z.string(), phone: z.string().optional() }),
    status: z.enum(["booked", "cancelled"]),
    version,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "Appointment" });

export const appointmentListSchema = z
  .object({ items: z.array(appointmentSchema), nextCursor })
  .meta({ id: "AppointmentList" });

export const acceptedBookingSchema = z
  .object({ id: z.string(), status: z.literal("pending") })
  .meta({ id: "AcceptedBooking" });

export const bookingSchema = z
  .object({
    status: z.enum(["pending", "confirmed", "rejected"]),
    appointmentId: id.optional().describe("Of a confirmed booking."),
    reason: z.string().optional().describe("Of a rejected booking."),
  })
  .meta({ id: "Booking" });
