import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AlarmedFunction } from "./alarmed-function.ts";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import type { Mistake } from "./mistakes.ts";
import { refuseMistakes } from "./mistakes.ts";
import type { AuthorizerIntegration } from "./openapi/authorizer.ts";
import type { UserDirectory } from "./user-directory.ts";
import { mistakesInNumber } from "./user-directory-arguments.ts";

export interface JwtAuthorizerArgs {
  readonly defaults: StackDefaults;
  /** Whose access tokens are taken. */
  readonly directory: UserDirectory;
  /** Groups that may call a route, by `METHOD /path/{parameter}`; any other route is refused. */
  readonly routes: Readonly<Record<string, readonly string[]>>;
  /**
   * Seconds for which API Gateway remembers an answer, 0 to 3600, by token, method and path: a group that is taken
   * away counts for so much longer. @default 0
   */
  readonly cacheSeconds?: number;
}

/** Lambda takes 4 KB of variables: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LONGEST_ROUTES = 3_000;

/**
 * Every refused token counts as an error of the function, since API Gateway asks for one to answer 401. A flood of them is
 * worth a look; failures of the function itself are 5xx of the API, which has an alarm for these.
 */
const REFUSALS_PER_MINUTE = 1_000;

/**
 * Lets an API know who calls it: a Lambda authorizer that verifies access tokens of a user directory (signature, issuer,
 * client, kind and times) and looks whether a group of the user may call the route.
 *
 * Creates: the function. `RestApi` makes one when it is given an `authorizer`. Handlers get `userId`, `email` and `groups`.
 */
export class JwtAuthorizer extends Component {
  readonly function: AlarmedFunction;
  /** What the API's document says of it. */
  readonly integration: pulumi.Output<AuthorizerIntegration>;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: JwtAuthorizerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("JwtAuthorizer", name, {}, opts);
    refuseMistakes(`JwtAuthorizer "${name}"`, mistakesIn(args));
    const { directory, defaults, routes, cacheSeconds = 0 } = args;
    this.function = new AlarmedFunction(
      name,
      {
        defaults,
        description: "Verifies tokens, and looks whether a group of the user may call the route.",
        entry: "handlers/identity/authorize.ts",
        timeoutSeconds: 5,
        maximumErrorsPerMinute: REFUSALS_PER_MINUTE,
        environment: {
          POWERTOOLS_SERVICE_NAME: name,
          USER_POOL_ISSUER: directory.issuer,
          USER_POOL_CLIENT_ID: directory.client.id,
          JWKS_URI: directory.keysUrl,
          ROUTE_GROUPS: JSON.stringify(routes),
        },
      },
      { parent: this },
    );
    this.integration = this.function.alias.invokeArn.apply((uri) => ({ uri, cacheSeconds }));
    this.registerOutputs({ function: this.function });
  }

  /** Lets an API ask it. */
  allow(api: aws.apigateway.RestApi): void {
    this.function.allowInvocation("api", {
      principal: "apigateway.amazonaws.com",
      sourceArn: pulumi.interpolate`${api.executionArn}/authorizers/*`,
    });
  }
}

function mistakesIn({ directory, routes, cacheSeconds }: JwtAuthorizerArgs): Mistake[] {
  const unknown = Object.entries(routes).flatMap(([route, groups]) =>
    groups
      .filter((group) => !directory.groupNames.includes(group))
      .map((group) => ({
        propertyPath: `routes["${route}"].groups`,
        reason: `holds "${group}"; the directory has ${directory.groupNames.join(", ")}`,
      })),
  );
  const { length } = JSON.stringify(routes);
  return [
    ...unknown,
    ...(length <= LONGEST_ROUTES
      ? []
      : [{ propertyPath: "routes", reason: `take ${length} characters as JSON, of ${LONGEST_ROUTES}` }]),
    ...mistakesInNumber("cacheSeconds", cacheSeconds, 0, 3_600),
  ];
}
