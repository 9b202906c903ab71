/** First events of the functions of fleet, moves and identity that answer no API, and what their routes are asked. */
import { createSign, generateKeyPairSync } from "node:crypto";
import { MOVE_ON_THE_ROAD } from "./database-stub.ts";
import type { Asked } from "./first-events.ts";
import { ID } from "./ids.ts";

const NOW = new Date();
const DAY = NOW.toISOString().slice(0, 10);
const MILLISECONDS_PER_SECOND = 1000;
const KEY_BITS = 2048;

const employee = { userId: "employee", email: "ada@example.com", groups: "employees" };
const client = { userId: "client", email: "grace@example.com", groups: "clients" };
const registered = {
  origin: "Calle Mayor 1, Madrid",
  destination: "Gran Vía 2, Bilbao",
  volumeM3: 12.5,
  date: DAY,
};

/** By route. */
export const ASKED_OF_MOVES: Readonly<Record<string, Asked>> = {
  "POST /moves": { authorizer: client, body: registered },
  "GET /moves": { authorizer: client },
  "GET /moves/{id}": { authorizer: client },
  "POST /moves/{id}/truck": { authorizer: employee, body: {} },
  "POST /moves/{id}/completion": { authorizer: employee, path: { id: MOVE_ON_THE_ROAD } },
  "POST /moves/{id}/cancellation": { authorizer: employee },
  "POST /moves/{id}/positions": {
    authorizer: employee,
    body: { lat: 40.4168, lon: -3.7038, at: NOW.toISOString() },
  },
  "GET /moves/{id}/positions": { authorizer: client },
};

/** The web application takes all paths; this is one. */
export const ASKED_OF_FLEET = { route: "GET /trucks", asked: { authorizer: employee } };

/** As EventBridge delivers them through a queue. */
const busEvent = (detailType: string, data: object): unknown => ({
  Records: [
    {
      messageId: "1",
      body: JSON.stringify({
        "detail-type": detailType,
        detail: { eventId: ID, version: 1, occurredAt: NOW.toISOString(), correlationId: "bench", data },
      }),
      attributes: {},
      messageAttributes: {},
      eventSource: "aws:sqs",
    },
  ],
});
const moveRegistered = busEvent("MoveRegistered", {
  moveId: ID,
  ...registered,
  client: { id: client.userId, email: client.email },
});

/** What the tracking table has. */
export const TRACK = { pk: { S: ID }, sk: { S: "TRACK" }, stage: { N: "2" }, clientId: { S: client.userId } };

const rotation = { Step: "testSecret", SecretId: "arn", ClientRequestToken: "pending" };

/** By function. */
export const EVENTS_OF_MOVES: Readonly<Record<string, unknown>> = {
  "users-add-claims": {
    triggerSource: "TokenGeneration_Authentication",
    request: { userAttributes: { sub: "1", email: client.email, email_verified: "true" } },
    response: {},
  },
  "users-join-group": {
    triggerSource: "PostConfirmation_ConfirmSignUp",
    userPoolId: "pool",
    userName: "grace",
    request: {},
    response: {},
  },
  "fleet-consume": moveRegistered,
  "fleet-outbox-relay": busEvent("", {}),
  "fleet-set-up": {},
  "fleet-rotate": rotation,
  "moves-outbox-relay": busEvent("", {}),
  "moves-set-up": {},
  "moves-rotate": rotation,
  "moves-apply-events": busEvent("TruckAssigned", {
    moveId: ID,
    truckId: ID,
    plate: "1234 ABC",
    capacityM3: 20,
    date: DAY,
  }),
  "moves-follow-moves": moveRegistered,
  "moves-notify-client": moveRegistered,
  "moves-publish-started": {
    Records: [
      {
        eventID: "1",
        eventName: "MODIFY",
        eventSource: "aws:dynamodb",
        dynamodb: {
          Keys: { pk: TRACK.pk, sk: TRACK.sk },
          OldImage: TRACK,
          NewImage: { ...TRACK, startedAt: { S: NOW.toISOString() } },
          SequenceNumber: "1",
        },
      },
    ],
  },
};

const keys = generateKeyPairSync("rsa", { modulusLength: KEY_BITS });

/** What the user pool publishes. */
export const TOKEN_KEYS = {
  keys: [{ ...keys.publicKey.export({ format: "jwk" }), kid: "bench", alg: "RS256", use: "sig" }],
};

/** A request that an authorizer lets in. */
export function authorizerEvent(variables: Readonly<Record<string, string>>): object {
  const [route = ""] = Object.keys(JSON.parse(variables.ROUTE_GROUPS ?? "{}"));
  const [httpMethod, resource] = route.split(" ");
  const seconds = Math.floor(NOW.getTime() / MILLISECONDS_PER_SECOND);
  const claims = {
    iss: variables.USER_POOL_ISSUER,
    client_id: variables.USER_POOL_CLIENT_ID,
    token_use: "access",
    sub: client.userId,
    "cognito:groups": ["clients", "employees"],
    iat: seconds,
    exp: seconds + 3600,
  };
  return {
    type: "REQUEST",
    methodArn: "arn:aws:execute-api:eu-west-1:000000000000:api/live/GET/",
    httpMethod,
    resource,
    headers: { authorization: `Bearer ${signed(claims)}` },
  };
}

function signed(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "RS256", kid: "bench" })}.${part(claims)}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(keys.privateKey, "base64url")}`;
}
