import type * as pulumi from "@pulumi/pulumi";
import type { AlarmedFunctionArgs } from "./alarmed-function.ts";
import { AlarmedFunction } from "./alarmed-function.ts";
import { Component } from "./base.ts";
import type { Mistake } from "./mistakes.ts";
import { refuseMistakes } from "./mistakes.ts";
import { RestApi } from "./rest-api.ts";
import type { RestApiArgs, RouteArgs } from "./rest-api-arguments.ts";

export interface WebApplicationArgs extends Omit<RestApiArgs, "routes" | "apiKey" | "transform"> {
  /** The function that is the whole application; it routes by itself. */
  readonly application: Omit<AlarmedFunctionArgs, "defaults" | "description" | "transform">;
  /** Paths that everybody may read without an account, such as `["/health"]`. @default none */
  readonly publicPaths?: readonly string[];
  /** Request headers of its own that browser pages may send. @default those of conditional and repeated requests */
  readonly requestHeaders?: readonly string[];
}

const REQUEST_HEADERS = Object.freeze(["Idempotency-Key", "If-Match", "X-Request-Id"]);

/** What must not stand on a path that everybody may read: parameters would make more of it than meets the eye. */
const PLAIN_PATH = /^\/[A-Za-z0-9._/-]*$/;

/**
 * A whole web application as one function: API Gateway hands it every path and method, and limits how many requests come.
 *
 * Creates: the function with its alarms, and a RestApi whose routes are `ANY /`, `ANY /{proxy+}` and a `GET` for each
 * public path: throttling, CORS, access log, tracing and alarms are those of every RestApi.
 *
 *     new WebApplication("shop", {
 *       defaults,
 *       description: "The shop.",
 *       application: { entry: "handlers/shop/web.ts", links: { DATABASE_PATH: database.link() } },
 *       publicPaths: ["/health"],
 *       throttle: { ratePerSecond: 50, burst: 100 },
 *     });
 */
export class WebApplication extends Component {
  readonly function: AlarmedFunction;
  readonly api: RestApi;
  /** Where the application is; no trailing slash. */
  readonly url: pulumi.Output<string>;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: WebApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("WebApplication", name, {}, opts);
    refuseMistakes(`WebApplication "${name}"`, mistakesIn(args));
    const parent = { parent: this };
    const { application, publicPaths = [], requestHeaders, ...api } = args;
    const { defaults, description } = args;
    this.function = new AlarmedFunction(`${name}-app`, { ...application, defaults, description }, parent);
    const access = api.authorizer ? { public: true } : {};
    const routes = routesTo(this.function, publicPaths, requestHeaders ?? REQUEST_HEADERS, access);
    this.api = new RestApi(`${name}-api`, { ...api, routes }, parent);
    this.url = this.api.url;
    this.registerOutputs({ url: this.url });
  }
}

function routesTo(
  handler: AlarmedFunction,
  publicPaths: readonly string[],
  requestHeaders: readonly string[],
  access: Pick<RouteArgs, "public">,
): Record<string, RouteArgs> {
  const headers = Object.fromEntries(requestHeaders.map((header) => [header, {}]));
  const everything = { handler, headers, summary: "Hands the request to the application." };
  const open = publicPaths.map(
    (path) => [`GET ${path}`, { handler, ...access, summary: `Shows ${path}.` }] as const,
  );
  return { "ANY /": everything, "ANY /{proxy+}": everything, ...Object.fromEntries(open) };
}

function mistakesIn({ publicPaths = [] }: WebApplicationArgs): Mistake[] {
  return publicPaths
    .filter((path) => !PLAIN_PATH.test(path))
    .map((path) => ({
      propertyPath: "publicPaths",
      reason: `holds "${path}"; name a path such as /health, without parameters`,
    }));
}
