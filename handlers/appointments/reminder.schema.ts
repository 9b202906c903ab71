import * as z from "zod";

/** What the schedule of a reminder hands over. */
export const reminderSchema = z.strictObject({ appointmentId: z.uuid(), startsAt: z.iso.datetime() });
