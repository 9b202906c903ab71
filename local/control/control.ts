/** The control API and the console, under `/_local`: what happened in the local cloud, for tests, tools and people. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import type { LogBook } from "../core/log-book.ts";
import type { Cloud } from "../core/service.ts";
import type { LocalSettings } from "../deploy/settings.ts";
import type { Authorizer } from "../services/iam/authorizer.ts";
import { grantsOf } from "../services/iam/grants.ts";
import { neededGrants } from "../services/iam/needed-grants.ts";
import { spend } from "./budgets.ts";
import { advanceClock, readClock } from "./clock.ts";
import { consolePage } from "./console.ts";
import { FAULT_ROUTES } from "./faults.ts";
import { MESSAGE_ROUTES } from "./messages.ts";
import { jsonBody, type Question, Refusal } from "./question.ts";
import { STAND_IN_PATH, type StandIns } from "./stand-ins.ts";
import { signInUser } from "./users.ts";

export interface ControlOptions {
  readonly cloud: Cloud;
  readonly standIns: StandIns;
  /** The people whom the program's local settings name. */
  readonly users: LocalSettings["users"];
  /** The graph that is realized; undefined until the first evaluation is done. */
  readonly graph: () => Graph | undefined;
  /** Removes all data that the program wrote. */
  readonly reset: () => Promise<void>;
  /** Knows which permissions were used and which were refused. */
  readonly authorizer: Pick<Authorizer, "usage" | "denials" | "checks">;
  /** All log entries of what one request, event or schedule caused. */
  readonly follow: LogBook["follow"];
  /** Moves the time on by so many milliseconds, and settles. */
  readonly advance: (milliseconds: number) => Promise<void>;
}

/** May be a promise; undefined is a 404. A `Refusal` and an `AwsError` are answered with their status. */
type Answer = (question: Question, options: ControlOptions) => unknown;

/** By method and path; `*` stands for one name. */
export type Routes = Readonly<Record<string, Answer>>;

const ROUTES: Routes = {
  ...FAULT_ROUTES,
  ...MESSAGE_ROUTES,
  "GET /_local/outputs": (_question, { graph }) =>
    Object.fromEntries(Object.entries(graph()?.outputs ?? {}).map(([name, output]) => [name, output.value])),
  "GET /_local/resources": (_question, { graph }) => ({
    items: graph()?.resources.map(({ type, name, urn, id }) => ({ type, name, id, urn })) ?? [],
  }),
  "GET /_local/emails": ({ query }, { cloud }) => ({
    items: cloud.services.mailbox.list().filter(({ to }) => !query.has("to") || to === query.get("to")),
  }),
  "GET /_local/invocations": ({ query }, { cloud }) => ({
    items: cloud.services.lambda
      .invocations()
      .filter(({ functionName }) => !query.has("function") || functionName === query.get("function")),
  }),
  "GET /_local/logs": ({ query }, { cloud }) => ({
    items: cloud.services.logs.read(query.get("group") ?? ""),
  }),
  "GET /_local/alarms": (_question, { cloud }) => ({ items: cloud.services.cloudwatch.alarms() }),
  "GET /_local/permissions": (_question, { authorizer, graph }) => ({
    granted: grantsOf(graph()?.resources ?? [], authorizer.usage()),
    ...neededGrants(graph()?.resources ?? [], authorizer.checks()),
    denied: authorizer.denials(),
  }),
  "POST /_local/reset": async (_question, { reset }) => {
    await reset();
    return {};
  },
  "GET /_local/clock": (_question, { cloud }) => readClock(cloud.clock),
  "POST /_local/clock/advance": async (question, { cloud, advance }) => {
    await advanceClock(question, cloud.clock, advance);
    return readClock(cloud.clock);
  },
  "GET /_local/trace/*": ({ name }, { follow }) => {
    const items = follow(name);
    return items.length === 0 ? undefined : { items };
  },
  "POST /_local/rules/*/run": ({ name }, { cloud }) => cloud.services.events.runRuleNow(name),
  "POST /_local/schedules/*/*/run": ({ name, names: [, schedule = ""] }, { cloud }) =>
    cloud.services.scheduler.runScheduleNow(name, schedule),
  "POST /_local/budgets/*/spend": (question, { cloud }) => spend(question, cloud),
  "POST /_local/secrets/*/rotate": ({ name }, { cloud }) => cloud.services.secretsmanager.rotate(name),
  "POST /_local/users/*/token": (question, { users, cloud }) => signInUser(question, users, cloud),
  "POST /_local/functions/*/kill": async ({ name }, { cloud, graph }) => {
    const known = graph()?.resources.some(({ type, outputs }) => type === FUNCTION && outputs.name === name);
    if (!known) return undefined;
    await cloud.services.lambda.killEnvironments(name);
    return { killed: name };
  },
};

const FUNCTION = "aws:lambda/function:Function";

export class Control {
  readonly #options: ControlOptions;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** Answers a request whose path begins with `/_local`. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname.startsWith(`${STAND_IN_PATH}/`)) return this.#options.standIns.handle(request, response);
    if (request.method === "GET" && (url.pathname === "/_local" || url.pathname === "/_local/console")) {
      return send(response, 200, "text/html; charset=utf-8", consolePage(this.#options.cloud.world));
    }
    try {
      const answer = await find(request, url)?.(this.#options);
      const known = Object.keys(ROUTES).join(", ");
      if (answer === undefined) throw new Refusal(`Not found. There are: ${known}`, 404);
      send(response, 200, "application/json", JSON.stringify(answer));
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof AwsError)) throw error;
      send(response, error.status, "application/json", JSON.stringify({ message: error.message }));
    }
  }
}

function find(request: IncomingMessage, url: URL): ((options: ControlOptions) => unknown) | undefined {
  for (const [route, answer] of Object.entries(ROUTES)) {
    const pattern = route.replaceAll("/", "\\/").replaceAll("*", "([^\\/]+)");
    const match = new RegExp(`^${pattern}$`).exec(`${request.method ?? "GET"} ${url.pathname}`);
    if (!match) continue;
    const names = match.slice(1).map(decodeURIComponent);
    const question = { query: url.searchParams, name: names[0] ?? "", names, body: () => jsonBody(request) };
    return (options) => answer(question, options);
  }
  return undefined;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response
    .writeHead(status, {
      "content-type": type,
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
    })
    .end(body);
}
