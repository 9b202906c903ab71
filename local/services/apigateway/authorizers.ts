/** Who may call a method: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html */
import { compileCognitoAuthorizer } from "./cognito-authorizer.ts";
import type { Exchange } from "./exchange.ts";
import { authorizeSigned } from "./iam-authorizer.ts";
import { compileLambdaAuthorizer } from "./lambda-authorizer.ts";
import type { Method } from "./model.ts";

/** Lets the request pass, with `exchange.authorizer` or `exchange.caller` set, or throws a GatewayError. */
export type Authorize = (exchange: Exchange) => Promise<void>;

/** The authorizers of an API. Methods with the same Lambda authorizer share its cache. */
export class Authorizers {
  readonly #byFunction = new Map<string, Authorize>();

  of({ authorizer, authorizationScopes }: Method): Authorize | undefined {
    if (authorizer === undefined) return undefined;
    if (authorizer.type === "AWS_IAM") return authorizeSigned;
    if (authorizer.type === "COGNITO_USER_POOLS")
      return compileCognitoAuthorizer(authorizer, authorizationScopes);
    const existing = this.#byFunction.get(authorizer.id);
    if (existing) return existing;
    const authorize = compileLambdaAuthorizer(authorizer);
    this.#byFunction.set(authorizer.id, authorize);
    return authorize;
  }
}
