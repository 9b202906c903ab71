import * as z from "zod";
import { pageQuerySchema } from "../shared/page.schema.ts";
import { numberSchema } from "./number.schema.ts";

const driverStatus = z.enum(["available", "unavailable"]);

/** What an employee says about a driver. */
export const driverSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(200)
    .meta({ examples: ["Luis Pérez"] }),
  /** Number of the driving licence; no two drivers have the same one, in whatever case. */
  licence: numberSchema.meta({ examples: ["12345678Z"] }),
  phone: z.string().min(1).max(50).optional(),
  /** A new driver is available; later it stays what it is unless something is said. */
  status: driverStatus.optional(),
});

export const driverQuerySchema = pageQuerySchema.extend({ status: driverStatus.optional() });

export type DriverFields = z.infer<typeof driverSchema>;
