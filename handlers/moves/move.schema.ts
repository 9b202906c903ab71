import * as z from "zod";
import { STATUSES } from "./lifecycle.ts";

const place = z.string().min(1).max(300).regex(/\S/, "must not be blank");

/** The body of `POST /moves`. */
export const createMoveSchema = z.strictObject({
  origin: place.meta({ examples: ["Calle Mayor 1, Madrid"] }),
  destination: place.meta({ examples: ["Gran Vía 2, Bilbao"] }),
  volumeM3: z
    .number()
    .min(0.1)
    .max(1000)
    .meta({ examples: [12.5] }),
  date: z.iso.date(),
});

/** The body of `POST /moves/{id}/truck`: the truck that is wanted; without one, any that fits. */
export const requestTruckSchema = z.strictObject({ truckId: z.uuid().optional() });

/** The query of `GET /moves`. */
export const listMovesQuerySchema = z.strictObject({
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().min(1).max(2048).optional(),
  status: z.enum(STATUSES).optional(),
});

/** The body of `POST /moves/{id}/positions`. */
export const positionSchema = z.strictObject({
  lat: z
    .number()
    .min(-90)
    .max(90)
    .meta({ examples: [40.4168] }),
  lon: z
    .number()
    .min(-180)
    .max(180)
    .meta({ examples: [-3.7038] }),
  at: z.iso.datetime(),
});
