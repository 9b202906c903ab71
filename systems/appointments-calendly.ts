/** The webhook through which Calendly's bookings become appointments. */
import type * as pulumi from "@pulumi/pulumi";
import type { AlarmedFunction } from "../components/alarmed-function.ts";
import type { RouteArgs } from "../components/rest-api-arguments.ts";
import { Secret } from "../components/secret.ts";
import type { SecureTable } from "../components/secure-table.ts";
import { inviteeEventSchema } from "../handlers/appointments/calendly.schema.ts";
import type { AppointmentsSettings } from "../settings/appointments.ts";
import type { FunctionFactory } from "./functions.ts";
import type { SystemArgs } from "./system.ts";

/** The function behind the webhook; undefined until the signing key is configured. */
export function createCalendlyWebhook(
  name: string,
  { defaults, settings }: Pick<SystemArgs<AppointmentsSettings>, "defaults" | "settings">,
  table: SecureTable,
  make: FunctionFactory,
  parent: pulumi.Resource,
): AlarmedFunction | undefined {
  const { calendlySigningKey, calendly, horizonDays } = settings;
  if (!calendlySigningKey) return undefined;
  const description = "Key with which Calendly signs what it sends, chosen when the webhook is subscribed.";
  const key = new Secret(
    `${name}-calendly-key`,
    { defaults, description, value: calendlySigningKey },
    { parent },
  );
  return make("calendly-webhook", {
    description: "POST /webhooks/calendly",
    environment: {
      BOOKING_HORIZON_DAYS: String(horizonDays),
      CALENDLY_PROVIDERS: JSON.stringify(calendly.providers),
    },
    links: {
      APPOINTMENTS_TABLE: table.link(["get", "query", "put", "update", "delete"], { indexes: [] }),
      CALENDLY_SIGNING_KEY_SECRET_ARN: key.link("read"),
    },
  });
}

/** The webhook's route, when there is a function behind it. */
export function calendlyRoute(handler: AlarmedFunction | undefined): Record<string, RouteArgs> {
  if (!handler) return {};
  return {
    "POST /webhooks/calendly": {
      handler,
      summary: "Takes the events of Calendly's invitees, which Calendly signs.",
      apiKeyRequired: false,
      body: inviteeEventSchema,
      headers: { "Calendly-Webhook-Signature": { description: "`t=<seconds>,v1=<HMAC-SHA256>`" } },
      responses: {
        204: { description: "The event has had its effect." },
        401: { description: "The signature is missing, wrong or too old." },
      },
    },
  };
}
