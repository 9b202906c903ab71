import * as z from "zod";

const date = z.iso.date();

/** The body of `POST /providers`. */
export const createProviderSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/\S/, "must not be blank")
    .meta({ examples: ["Dr. Ruiz"] }),
});

/** The body of `PUT /providers/{id}/availability`: when a provider works on a day, in UTC. */
export const availabilitySchema = z.strictObject({
  date,
  from: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 09:00")
    .meta({ examples: ["09:00"] }),
  to: z
    .string()
    .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "must be a time such as 17:00, 24:00 at most")
    .meta({ examples: ["17:00"] }),
  slotMinutes: z
    .int()
    .min(15)
    .max(240)
    .meta({ examples: [30] }),
});

/** The query of `GET /providers/{id}/slots`. */
export const slotsQuerySchema = z.strictObject({ date });
