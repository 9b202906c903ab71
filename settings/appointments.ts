/** Settings of the appointments: `andamio:appointments` in the stack file. */
import * as z from "zod";
import { apiLimits, baseUrl, defineSystem, type SettingsOf } from "./definition.ts";

const templateName = z.string().regex(/^[a-z0-9_]{1,512}$/, "must be the name of a template");

/** Messages by Meta's Cloud API: https://developers.facebook.com/docs/whatsapp/cloud-api */
const whatsapp = z.strictObject({
  /** Base URL with the version of the API. */
  apiUrl: baseUrl.default("https://graph.facebook.com/v23.0"),
  /** Id of the phone number that sends, as Meta gives it. */
  phoneNumberId: z.string().regex(/^\d{1,32}$/, "must be the id of a phone number: digits alone"),
  /** Language of the templates. */
  language: z
    .string()
    .regex(/^[a-z]{2,3}(_[A-Z]{2})?$/, "must be a language such as en or es_ES")
    .default("en"),
  /** Names of the approved templates. */
  templates: z
    .strictObject({
      booked: templateName.default("appointment_booked"),
      rescheduled: templateName.default("appointment_rescheduled"),
      cancelled: templateName.default("appointment_cancelled"),
      reminder: templateName.default("appointment_reminder"),
    })
    .prefault({}),
});

const schema = z.strictObject({
  ...apiLimits,
  /** How many days ahead one may book. */
  horizonDays: z.int().min(1).max(3650).default(365),
  /** Batches of ten queued bookings that are decided at once. */
  bookingWorkers: z.int().min(2).max(1_000).default(5),
  /** Sender of the e-mails to clients; SES verifies it by e-mail. */
  senderEmail: z.email().max(254),
  /** No messages by WhatsApp without it, nor without the secret `appointmentsWhatsappToken`. */
  whatsapp: whatsapp.optional(),
  /** What Calendly books, once there is the secret `appointmentsCalendlySigningKey`. */
  calendly: z
    .strictObject({
      /** Ids of providers by the URI of Calendly's event type. */
      providers: z.record(z.url(), z.uuid()).default({}),
    })
    .prefault({}),
});

export const appointments = defineSystem(schema, {
  whatsappToken: "optional",
  calendlySigningKey: "optional",
});

export type AppointmentsSettings = SettingsOf<typeof appointments>;
export type WhatsAppSettings = z.output<typeof whatsapp>;
