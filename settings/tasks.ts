/** Settings of the task manager: `andamio:tasks` in the stack file. */
import * as z from "zod";
import { apiLimits, baseUrl, defineSystem, type SettingsOf } from "./definition.ts";

const schema = z
  .strictObject({
    /** Who gets an e-mail for each task that is created through the API. */
    notifyEmails: z.array(z.email()).max(50).default([]),
    /** Who gets the report of each CSV import; by default the same people. */
    reportEmails: z.array(z.email()).max(50).optional(),
    /** Base URL of the classification service that the background worker asks. */
    serviceUrl: baseUrl,
    ...apiLimits,
  })
  .transform((settings) => ({
    ...settings,
    reportEmails: settings.reportEmails ?? settings.notifyEmails,
  }));

export const tasks = defineSystem(schema, { serviceKey: "required" });

export type TasksSettings = SettingsOf<typeof tasks>;
