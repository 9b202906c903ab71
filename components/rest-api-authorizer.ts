/** Who may call which route of a RestApi. */
import type * as pulumi from "@pulumi/pulumi";
import { JwtAuthorizer } from "./jwt-authorizer.ts";
import type { Mistake } from "./mistakes.ts";
import type { RestApiArgs } from "./rest-api-arguments.ts";
import type { UserDirectory } from "./user-directory.ts";

/** Callers send an access token of a user, `Authorization: Bearer …`. */
export interface ApiAuthorizerArgs {
  /** Whose tokens are taken. */
  readonly directory: UserDirectory;
  /** Groups that may call the routes which name none. @default every route names its own, or is public */
  readonly groups?: readonly string[];
  /** Seconds for which an answer is remembered; see JwtAuthorizer. @default 0 */
  readonly cacheSeconds?: number;
}

/** The authorizer of an API, with the groups that its routes name; undefined when the API has none. */
export function createAuthorizer(
  name: string,
  { defaults, authorizer, routes }: RestApiArgs,
  parent: pulumi.Resource,
): JwtAuthorizer | undefined {
  if (authorizer === undefined) return undefined;
  const { groups: usual = [], ...rest } = authorizer;
  const guarded = Object.entries(routes).filter(([, route]) => route.public !== true);
  const groups = guarded.map(([key, route]) => [key, route.groups ?? usual]);
  return new JwtAuthorizer(
    `${name}-authorizer`,
    { defaults, ...rest, routes: Object.fromEntries(groups) },
    { parent },
  );
}

/** Mistakes in who may call: every route says it, or the API does. */
export function mistakesInAccess({ authorizer, routes }: RestApiArgs): Mistake[] {
  return Object.entries(routes).flatMap(([key, route]) => {
    const propertyPath = `routes["${key}"].groups`;
    const { groups, public: isPublic = false } = route;
    if (authorizer === undefined) {
      const isGuarded = groups !== undefined || isPublic;
      return isGuarded ? [{ propertyPath, reason: "or public is given, and the API has no authorizer" }] : [];
    }
    if (isPublic && groups !== undefined) return [{ propertyPath, reason: "are given for a public route" }];
    if (isPublic || (groups ?? authorizer.groups ?? []).length > 0) return [];
    return [{ propertyPath, reason: "are missing; name who may call, or make the route public" }];
  });
}
