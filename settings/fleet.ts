/** Settings of the fleet: `andamio:fleet` in the stack file. */
import * as z from "zod";
import { defineSystem, type SettingsOf } from "./definition.ts";

const schema = z.strictObject({
  /** Requests per second of all callers together. */
  ratePerSecond: z.int().min(1).max(10_000).default(50),
  /** Requests at once above the rate. */
  burst: z.int().min(1).max(5_000).default(100),
  /** Aurora capacity units (2 GiB of memory each) that a production database may grow to. */
  databaseCapacity: z.number().min(1).max(256).multipleOf(0.5).default(4),
  /** Events of moves that are handled at once; each has a transaction of its own. */
  eventWorkers: z.int().min(2).max(100).default(5),
});

export const fleet = defineSystem(schema, {});

export type FleetSettings = SettingsOf<typeof fleet>;
