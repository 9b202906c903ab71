/** Which attributes a pool's users have. https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html */
import type { Resource } from "../../core/graph.ts";
import { listOf, objectOf } from "../apigateway/json.ts";
import { invalidParameter } from "./errors.ts";

const STANDARD = new Set([
  ...["address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name", "locale"],
  ...["middle_name", "name", "nickname", "phone_number", "phone_number_verified", "picture"],
  ...["preferred_username", "profile", "sub", "updated_at", "website", "zoneinfo"],
]);

/** @throws AwsError InvalidParameterException for an attribute that the pool does not have */
export function checkKnown(pool: Resource, attributes: Readonly<Record<string, string>>): void {
  const own = new Set(schemasOf(pool).map(({ name }) => `custom:${String(name)}`));
  const unknown = Object.keys(attributes).find((name) => !STANDARD.has(name) && !own.has(name));
  if (unknown !== undefined) throw notConforming(`Type for attribute {${unknown}} could not be determined`);
}

/** @throws AwsError InvalidParameterException when a new user lacks an attribute that the pool requires */
export function checkComplete(pool: Resource, attributes: Readonly<Record<string, string>>): void {
  const missing = schemasOf(pool).find(
    ({ name, required }) => required === true && !attributes[String(name)],
  );
  if (missing) throw notConforming(`${missing.name}: The attribute is required`);
}

function schemasOf(pool: Resource): readonly Readonly<Record<string, unknown>>[] {
  return listOf(pool.inputs.schemas).map(objectOf);
}

function notConforming(why: string): Error {
  return invalidParameter(`Attributes did not conform to the schema: ${why}`);
}
