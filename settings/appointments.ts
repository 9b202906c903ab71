/** Settings of the appointments: `andamio:appointments` in the stack file. */
import * as z from "zod";
import { apiLimits, defineSystem, type SettingsOf } from "./definition.ts";

const schema = z.strictObject({
  ...apiLimits,
  /** How many days ahead one may book. */
  horizonDays: z.int().min(1).max(3650).default(365),
  /** Batches of ten queued bookings that are decided at once. */
  bookingWorkers: z.int().min(2).max(1_000).default(5),
});

export const appointments = defineSystem(schema, {});

export type AppointmentsSettings = SettingsOf<typeof appointments>;
