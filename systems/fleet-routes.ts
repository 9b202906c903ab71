/** The HTTP contract of the fleet's web application, which routes by itself: what it publishes. */
import type * as z from "zod";
import type { ParameterContract, RouteContract } from "../components/openapi/contract.ts";
import { IDEMPOTENCY_KEY, IF_MATCH, PAGES } from "../components/openapi/parameters.ts";
import {
  driverAnswerSchema,
  driverListSchema,
  healthSchema,
  truckAnswerSchema,
  truckListSchema,
} from "../handlers/fleet/answers.schema.ts";
import { driverQuerySchema, driverSchema } from "../handlers/fleet/driver.schema.ts";
import { truckQuerySchema, truckSchema } from "../handlers/fleet/truck.schema.ts";

interface CollectionContract {
  readonly noun: string;
  readonly body: z.ZodType;
  readonly status: z.ZodType;
  readonly item: z.ZodType;
  readonly list: z.ZodType;
}

/** All routes, by method and path. */
export const FLEET_ROUTES: Readonly<Record<string, RouteContract>> = {
  "GET /health": {
    summary: "Tells whether the application and its database are there.",
    public: true,
    responses: {
      200: { description: "Both are.", schema: healthSchema },
      503: { description: "The database cannot be reached; it may be resuming from a pause." },
    },
  },
  ...collection({
    noun: "truck",
    body: truckSchema,
    status: truckQuerySchema.shape.status,
    item: truckAnswerSchema,
    list: truckListSchema,
  }),
  ...collection({
    noun: "driver",
    body: driverSchema,
    status: driverQuerySchema.shape.status,
    item: driverAnswerSchema,
    list: driverListSchema,
  }),
};

function collection({ noun, body, status, item, list }: CollectionContract): Record<string, RouteContract> {
  const path = `/${noun}s`;
  const unknown = { 404: { description: `There is no such ${noun}.` } };
  const query: Readonly<Record<string, ParameterContract>> = {
    ...PAGES,
    status: { description: `Only ${noun}s of this status.`, schema: status },
  };
  const taken = { 409: { description: `Another ${noun} stands in the way.` } };
  const stale = { 412: { description: `The ${noun} is no longer as the client believes.` } };
  return {
    [`POST ${path}`]: {
      summary: `Creates a ${noun}.`,
      body,
      headers: IDEMPOTENCY_KEY,
      responses: { 201: { description: `The ${noun}.`, schema: item }, ...taken },
    },
    [`GET ${path}`]: {
      summary: `Lists ${noun}s, newest first.`,
      query,
      responses: { 200: { description: `A page of ${noun}s.`, schema: list } },
    },
    [`GET ${path}/{id}`]: {
      summary: `Reads a ${noun}.`,
      responses: { 200: { description: `The ${noun}.`, schema: item }, ...unknown },
    },
    [`PUT ${path}/{id}`]: {
      summary: `Replaces a ${noun}.`,
      body,
      headers: IF_MATCH,
      responses: {
        200: { description: `The ${noun} as it is now.`, schema: item },
        ...unknown,
        ...taken,
        ...stale,
      },
    },
    [`DELETE ${path}/{id}`]: {
      summary: `Deletes a ${noun}.`,
      headers: IF_MATCH,
      responses: { 204: { description: `The ${noun} is gone.` }, ...unknown, ...taken, ...stale },
    },
  };
}
