/** What clients are told about their appointments, and by which ways. */
import type * as pulumi from "@pulumi/pulumi";
import type { AlarmedFunction } from "../components/alarmed-function.ts";
import { EmailSender } from "../components/email-sender.ts";
import type { EventPipelineArgs } from "../components/event-pipeline.ts";
import { EventPipeline } from "../components/event-pipeline.ts";
import { OneTimeSchedules } from "../components/one-time-schedules.ts";
import { Secret } from "../components/secret.ts";
import type { SecureTable } from "../components/secure-table.ts";
import { SecureTopic } from "../components/secure-topic.ts";
import type { AppointmentsSettings, WhatsAppSettings } from "../settings/appointments.ts";
import type { FunctionFactory } from "./functions.ts";
import type { SystemArgs } from "./system.ts";

/** What a dashboard shows of the notices. */
export interface Notices {
  readonly functions: readonly AlarmedFunction[];
  readonly pipelines: readonly EventPipeline[];
}

type Event = "Booked" | "Rescheduled" | "Cancelled" | "Reminder" | "Restored";

/**
 * Batches of ten notices at once, the fewest that Lambda takes: notices can wait, bookings cannot, and SES lets a new
 * account send 14 e-mails a second.
 */
const WORKERS = 2;

/** Whose changes are announced. */
const ANNOUNCED = { sk: { S: ["APPOINTMENT", "CALENDLY"] } };
/** Of what clients are told. */
const TOLD: readonly Event[] = ["Booked", "Rescheduled", "Cancelled", "Reminder"];
/** After what a reminder is planned, moved or taken back. */
const PLANNED: readonly Event[] = ["Booked", "Rescheduled", "Cancelled", "Restored"];

/**
 * Creates: the topic of appointment events and what publishes the table's changes to it; behind it a queue each for
 * e-mails, reminders and, when it is configured, WhatsApp.
 */
export function createNotices(
  name: string,
  { defaults, settings }: SystemArgs<AppointmentsSettings>,
  table: SecureTable,
  make: FunctionFactory,
  parent: pulumi.Resource,
): Notices {
  const events = new SecureTopic(`${name}-events`, { displayName: "Appointments" }, { parent });
  const pipeline = (suffix: string, args: Omit<EventPipelineArgs, "defaults">) =>
    new EventPipeline(`${name}-${suffix}`, { ...args, defaults }, { parent });
  const behindTopic = (
    suffix: string,
    told: readonly Event[],
    consumer: AlarmedFunction,
    essential: boolean,
  ) =>
    pipeline(suffix, {
      source: { topic: events.topic, filterPolicy: typePolicy(told), rawMessageDelivery: true },
      queue: { essential },
      consumer,
      batch: { maximumConcurrency: WORKERS },
    });

  const publish = make("publish-changes", {
    description: "Announces what happens to appointments.",
    links: {
      APPOINTMENT_EVENTS_TOPIC_ARN: events.link("publish"),
      ...(settings.calendlySigningKey &&
        defaults.alerts && { ALERTS_TOPIC_ARN: defaults.alerts.link("publish") }),
    },
  });
  const email = createEmail(name, settings, table, make, parent);
  const remind = make("remind", {
    description: "Announces that an appointment is near.",
    links: {
      APPOINTMENTS_TABLE: table.link("get"),
      APPOINTMENT_EVENTS_TOPIC_ARN: events.link("publish"),
    },
  });
  const reminders = new OneTimeSchedules(`${name}-reminders`, { function: remind }, { parent });
  const plan = make("plan-reminder", {
    description: "Plans the reminder of an appointment.",
    links: { APPOINTMENTS_TABLE: table.link("get") },
    ...reminders.planning(),
  });
  const whatsApp = createWhatsApp(name, { defaults, settings }, table, make, parent);

  const pipelines = [
    pipeline("changes", {
      source: { stream: table, filter: [{ dynamodb: { Keys: ANNOUNCED } }] },
      consumer: publish,
    }),
    behindTopic("emails", TOLD, email, true),
    behindTopic("plans", PLANNED, plan, false),
    ...(whatsApp ? [behindTopic("whatsapp", TOLD, whatsApp, false)] : []),
  ];
  return { functions: [publish, email, plan, remind, ...(whatsApp ? [whatsApp] : [])], pipelines };
}

function typePolicy(events: readonly Event[]) {
  return { type: events.map((event) => `Appointment${event}`) };
}

function createEmail(
  name: string,
  { senderEmail }: AppointmentsSettings,
  table: SecureTable,
  make: FunctionFactory,
  parent: pulumi.Resource,
): AlarmedFunction {
  const sender = new EmailSender(`${name}-sender`, { address: senderEmail }, { parent });
  return make("send-email", {
    description: "Tells clients by e-mail.",
    links: { APPOINTMENTS_TABLE: table.link(["get", "put"]), SENDER_ADDRESS: sender.link("send") },
  });
}

/** Undefined until both the account and its token are configured. */
function createWhatsApp(
  name: string,
  { defaults, settings }: Pick<SystemArgs<AppointmentsSettings>, "defaults" | "settings">,
  table: SecureTable,
  make: FunctionFactory,
  parent: pulumi.Resource,
): AlarmedFunction | undefined {
  const { whatsapp, whatsappToken } = settings;
  if (!whatsapp || !whatsappToken) return undefined;
  const description = "Token of the WhatsApp account, issued by Meta.";
  const token = new Secret(
    `${name}-whatsapp-token`,
    { defaults, description, value: whatsappToken },
    { parent },
  );
  return make("send-whatsapp", {
    description: "Tells clients by WhatsApp.",
    timeoutSeconds: 15,
    environment: whatsAppEnvironment(whatsapp),
    links: {
      APPOINTMENTS_TABLE: table.link(["get", "put"]),
      WHATSAPP_TOKEN_SECRET_ARN: token.link("read"),
    },
  });
}

function whatsAppEnvironment({ apiUrl, phoneNumberId, language, templates }: WhatsAppSettings) {
  return {
    WHATSAPP_API_URL: apiUrl.replace(/\/$/, ""),
    WHATSAPP_PHONE_NUMBER_ID: phoneNumberId,
    WHATSAPP_LANGUAGE: language,
    WHATSAPP_TEMPLATES: JSON.stringify(templates),
  };
}
