/** An HTTP API made ready to serve: a snapshot of its routes, integrations and authorizers. */
import { UserError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import { listOf, textOf } from "../apigateway/json.ts";
import { Router } from "../apigateway/router.ts";
import type { Authorize, GrantCache } from "./authorizers.ts";
import { compileAuthorizer } from "./authorizers.ts";
import type { Cors } from "./cors.ts";
import { compileCors } from "./cors.ts";
import { authorizeSigned } from "./iam-authorizer.ts";
import type { Integrate } from "./integrations.ts";
import { compileIntegration } from "./integrations.ts";
import type { HttpIntegration, Part } from "./model.ts";
import { quickIntegration, readAuthorizer, readIntegration } from "./model.ts";
import { readDocument } from "./openapi.ts";

export interface CompiledRoute {
  /** Such as `GET /pets/{id}`, or `$default`. */
  readonly routeKey: string;
  /** Undefined for `$default`. */
  readonly path: string | undefined;
  readonly authorize: Authorize | undefined;
  readonly integrate: Integrate;
}

export interface CompiledHttpApi {
  readonly name: string;
  readonly router: Router<CompiledRoute>;
  readonly fallback: CompiledRoute | undefined;
  readonly cors: Cors | undefined;
}

/** What an API is made of. */
export interface Parts {
  readonly api: Resource;
  readonly integrations: readonly Part[];
  readonly routes: readonly Part[];
  readonly authorizers: readonly Part[];
}

/** @throws UserError what AWS would refuse; AwsError NotImplemented what the local cloud does not have */
export function compileHttpApi(parts: Parts): CompiledHttpApi {
  const { inputs, outputs, name: logicalName } = parts.api;
  const name = String(outputs.name);
  const router = new Router<CompiledRoute>({ byMethod: true, strictSlash: true });
  let fallback: CompiledRoute | undefined;
  const add = (routeKey: string, integration: HttpIntegration, authorize?: Authorize): void => {
    const [, method, path] = /^(\S+) (\/.*)$/.exec(routeKey) ?? [];
    const route = { routeKey, path, authorize, integrate: compileIntegration(integration, name) };
    if (routeKey === "$default") fallback = route;
    else if (method === undefined || path === undefined)
      throw new UserError(
        `The route key ${routeKey} of API ${name} is neither $default nor a method and a path.`,
      );
    else router.add(path, method, route);
  };
  if (textOf(inputs.target) !== undefined)
    add(textOf(inputs.routeKey) ?? "$default", quickIntegration(logicalName, inputs));
  const body = textOf(inputs.body);
  const imported = body === undefined ? undefined : readDocument(logicalName, body);
  for (const source of imported ? [imported, parts] : [parts]) {
    const authorizerOf = authorizersOf(source);
    for (const route of source.routes)
      add(String(route.inputs.routeKey), integrationOf(source, route), authorizerOf(route));
  }
  return { name, router, fallback, cors: compileCors(imported?.cors ?? inputs.corsConfiguration) };
}

function integrationOf(
  { integrations }: Pick<Parts, "integrations">,
  { name, inputs }: Part,
): HttpIntegration {
  const target = textOf(inputs.target);
  const integration = integrations.find(({ id }) => target === `integrations/${id}`);
  if (!integration) throw new UserError(`Route ${name} leads to no integration of its API: ${target}`);
  return readIntegration(integration);
}

/** Routes with the same authorizer share its cache. */
function authorizersOf({ authorizers }: Pick<Parts, "authorizers">): (route: Part) => Authorize | undefined {
  const caches = new Map<string, GrantCache>();
  return ({ name, inputs }) => {
    const type = textOf(inputs.authorizationType) ?? "NONE";
    if (type === "NONE") return undefined;
    if (type === "AWS_IAM") return authorizeSigned;
    const resource = authorizers.find(({ id }) => id === inputs.authorizerId);
    if (!resource) throw new UserError(`Route ${name} names no authorizer of its API.`);
    const cache = caches.get(resource.id) ?? new Map();
    caches.set(resource.id, cache);
    const scopes = listOf(inputs.authorizationScopes).map(String);
    return compileAuthorizer(readAuthorizer(resource), scopes, cache);
  };
}
