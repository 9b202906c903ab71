/** An API made ready to serve: routes, validations, templates and gateway responses, each compiled once at deployment. */
import type { Cloud } from "../../core/service.ts";
import type { Authorize } from "./authorizers.ts";
import { Authorizers } from "./authorizers.ts";
import type { BodyValidation } from "./body-validation.ts";
import { BodyValidations } from "./body-validation.ts";
import { GatewayResponses } from "./gateway-responses.ts";
import type { Integrate } from "./integrations.ts";
import { compileIntegration } from "./integrations.ts";
import type { InvokePolicy } from "./invoke-policy.ts";
import { compilePolicy } from "./invoke-policy.ts";
import { BinaryMediaTypes } from "./media-types.ts";
import type { Method, RestApi } from "./model.ts";
import type { ParameterValidation } from "./parameter-validation.ts";
import { parameterValidation } from "./parameter-validation.ts";
import { Router } from "./router.ts";

export interface Route {
  readonly method: Method;
  readonly authorize: Authorize | undefined;
  readonly validateParameters: ParameterValidation | undefined;
  readonly validateBody: BodyValidation | undefined;
  readonly integrate: Integrate;
}

export interface CompiledApi {
  readonly model: RestApi;
  readonly router: Router<Route>;
  readonly responses: GatewayResponses;
  readonly binary: BinaryMediaTypes;
  readonly policy: InvokePolicy | undefined;
}

/** @throws UserError what AWS would refuse; AwsError NotImplemented what the local cloud does not have */
export function compileApi(model: RestApi, world: Cloud["world"]): CompiledApi {
  const validations = new BodyValidations(model);
  const authorizers = new Authorizers();
  const router = new Router<Route>();
  for (const method of model.methods) {
    router.add(method.path, method.httpMethod, {
      method,
      authorize: authorizers.of(method),
      validateParameters: parameterValidation(method),
      validateBody: validations.of(method),
      integrate: compileIntegration(method, model.name),
    });
  }
  return {
    model,
    router,
    responses: new GatewayResponses(model.gatewayResponses),
    binary: new BinaryMediaTypes(model.binaryMediaTypes),
    policy: compileResourcePolicy(model, world),
  };
}

/** `execute-api:/stage/METHOD/path` in a resource policy is short for the whole ARN. */
function compileResourcePolicy({ id, name, policy }: RestApi, { region, account }: Cloud["world"]) {
  if (policy === undefined) return undefined;
  const prefix = `arn:aws:execute-api:${region}:${account}:${id}/`;
  return compilePolicy(
    JSON.parse(policy, (key, value) => (key === "Resource" ? expand(value, prefix) : value)),
    `RestApi ${name}`,
  );
}

function expand(resource: unknown, prefix: string): unknown {
  if (Array.isArray(resource)) return resource.map((part) => expand(part, prefix));
  return typeof resource === "string" ? resource.replace(/^execute-api:\//, prefix) : resource;
}
