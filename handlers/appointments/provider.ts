import type * as z from "zod";
import { isId } from "../shared/ids.ts";
import { notFound } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { providerSchema } from "./answers.schema.ts";
import type { amongProviders, providerKey } from "./keys.ts";

/** Somebody whose time can be booked, as clients see them. */
export type Provider = z.infer<typeof providerSchema>;

export type ProviderItem = Provider & ReturnType<typeof providerKey> & ReturnType<typeof amongProviders>;

export const providerNotFound = () => notFound("There is no such provider.");

/**
 * The id of the provider that a request is about.
 * @throws Problem 404 when no provider can have it
 */
export function providerIdOf({ pathParameters }: ApiRequest): string {
  const id = pathParameters.get("id");
  if (!isId(id)) throw providerNotFound();
  return id;
}

/** The public part of a stored provider. */
export function toProvider({ id, name, version, createdAt }: ProviderItem): Provider {
  return { id, name, version, createdAt };
}
