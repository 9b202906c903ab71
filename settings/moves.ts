/** Settings of the moves: `andamio:moves` in the stack file. */
import * as z from "zod";
import { defineSystem, type SettingsOf } from "./definition.ts";

const schema = z.strictObject({
  /** Whom e-mails to clients come from; SES asks it to be verified. */
  senderEmail: z.email(),
  /** Requests per second of all callers together. */
  ratePerSecond: z.int().min(1).max(10_000).default(50),
  /** Requests at once above the rate. */
  burst: z.int().min(1).max(5_000).default(100),
  /** Days after which positions of trucks are deleted. */
  positionKeepDays: z.int().min(1).max(3650).default(90),
  /** Aurora capacity units (2 GiB of memory each) that a production database may grow to. */
  databaseCapacity: z.number().min(1).max(256).multipleOf(0.5).default(4),
  /** Batches of events that each consumer handles at once. */
  eventWorkers: z.int().min(2).max(100).default(5),
});

export const moves = defineSystem(schema, {});

export type MovesSettings = SettingsOf<typeof moves>;
