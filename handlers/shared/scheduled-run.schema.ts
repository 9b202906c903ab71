import * as z from "zod";

/** What a ScheduledFunction gets. */
export const scheduledRunSchema = z.strictObject({ scheduledAt: z.iso.datetime() });
