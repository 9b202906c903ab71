/**
 * `POST /webhooks/calendly`
 *
 * - APPOINTMENTS_TABLE: GetItem, PutItem, UpdateItem, DeleteItem, Query
 * - BOOKING_HORIZON_DAYS
 * - CALENDLY_PROVIDERS: ids of providers by the URI of an event type, as JSON
 * - CALENDLY_SIGNING_KEY_SECRET_ARN: GetSecretValue
 */
import { api } from "../shared/api.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { jsonBody } from "../shared/json-body.ts";
import { badRequest, Problem } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import { header } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import type { Secret } from "../shared/secrets.ts";
import { openSecret } from "../shared/secrets.ts";
import { inviteeEventSchema } from "./calendly.schema.ts";
import type { CalendlyDesk, InviteeEvent } from "./calendly-invitees.ts";
import { bookInvitee, cancelInvitee } from "./calendly-invitees.ts";
import { isSigned } from "./calendly-signature.ts";

const env = readEnv([
  "APPOINTMENTS_TABLE",
  "BOOKING_HORIZON_DAYS",
  "CALENDLY_PROVIDERS",
  "CALENDLY_SIGNING_KEY_SECRET_ARN",
]);
const desk: CalendlyDesk = {
  table: openTable(env.APPOINTMENTS_TABLE),
  horizonDays: Number(env.BOOKING_HORIZON_DAYS),
  providers: JSON.parse(env.CALENDLY_PROVIDERS) as Record<string, string>,
};
const signingKey = openSecret(env.CALENDLY_SIGNING_KEY_SECRET_ARN);

/**
 * Takes an event of Calendly's. Calendly sends what is not answered with 2xx again, for a day; what it sends twice has
 * one effect.
 */
export async function receive(
  request: ApiRequest,
  desk: CalendlyDesk,
  signingKey: Secret,
  now: Date,
): Promise<ApiResponse> {
  await refuseUnsigned(request, signingKey, now);
  const { event, payload } = eventIn(request);
  if (event === "invitee.created") await bookInvitee(request, payload, desk);
  else await cancelInvitee(request, payload, desk);
  return { status: 204 };
}

/** Texts in it are Calendly's, and not held to the rules for texts of our own clients. */
function eventIn(request: ApiRequest): InviteeEvent {
  const parsed = inviteeEventSchema.safeParse(jsonBody(request));
  if (!parsed.success) throw badRequest("The body is no event of an invitee of Calendly's.");
  return parsed.data;
}

/** The key is read anew when the signature is wrong: it may have changed. */
async function refuseUnsigned(request: ApiRequest, signingKey: Secret, now: Date): Promise<void> {
  const signature = header(request, "calendly-webhook-signature");
  const isBy = (key: string) => isSigned(signature, request.body, key, now);
  if (isBy(await signingKey.read()) || isBy(await signingKey.refresh())) return;
  throw new Problem(401, "Unauthorized", "The signature is missing, wrong or too old.");
}

export const handler = api((request) => receive(request, desk, signingKey, new Date()));
