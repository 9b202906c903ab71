import * as z from "zod";
import { pageQuerySchema } from "../shared/page.schema.ts";

const providerId = z.uuid();
const startsAt = z.iso.datetime();
const email = z.email().max(254);
const client = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/\S/, "must not be blank")
    .meta({ examples: ["Ana García"] }),
  email,
  phone: z
    .string()
    .regex(/^\+?[0-9][0-9 ().-]{4,29}$/, "must be a phone number such as +34600000000")
    .meta({ examples: ["+34600000000"] })
    .optional(),
});

/** The body of `POST /appointments` and of `POST /bookings`. */
export const bookSchema = z.strictObject({ providerId, startsAt, client });

/** The body of `PUT /appointments/{id}`: what changes. */
export const rescheduleSchema = z
  .strictObject({
    providerId: providerId.optional(),
    startsAt: startsAt.optional(),
    client: client.optional(),
  })
  .meta({ minProperties: 1 });

/** The query of `GET /appointments`. */
export const listAppointmentsQuerySchema = pageQuerySchema.extend({ clientEmail: email });
