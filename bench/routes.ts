/** What a million requests of each route cost: AWS calls, capacity units and time, counted from recorded invocations. */
import { resolve } from "node:path";
import { resourcesOf } from "../local/core/graph.ts";
import { BOOKING_DAY, firstEventOf, gatewayEvent, ID, STORED } from "./functions/first-events.ts";
import { type Invocation, Invoker } from "./functions/invoker.ts";
import { CAUSES } from "./routes/causes.ts";
import { dollars, dollarsOf } from "./routes/prices.ts";
import type { Benchmark, Figure } from "./support/benchmark.ts";
import { median } from "./support/statistics.ts";

const ROOT = resolve(import.meta.dirname, "..");
const RUNS = 12;
/** Before the code is warm. */
const NOT_COUNTED = 4;
const MEGABYTES = 256;
const MILLION = 1_000_000;
const SECONDS_PER_MONTH = 30 * 24 * 3600;
/**
 * Of a table's stream; each gathers for itself. A new table on demand takes 4,000 writes a second, a partition 1,000.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
const SHARDS = 4;

/** Tables that hold what events are about, by the prefix of partition keys: a function that knows each, and its variable. */
const TABLES: Readonly<Record<string, readonly [string, string]>> = {
  TASK: ["tasks-get", "TASKS_TABLE"],
  IMPORT: ["tasks-get", "TASKS_TABLE"],
  ENTITY: ["records-get", "ENTITY_TABLE"],
  APPOINTMENT: ["appointments-get", "APPOINTMENTS_TABLE"],
  PROVIDER: ["appointments-get", "APPOINTMENTS_TABLE"],
  [ID]: ["moves-list-positions", "TRACKING_TABLE"],
};

/** One invocation, as it is in the median. */
interface Work {
  /** What part of the invocation is for one request: those that gather for a while share one. */
  readonly share: number;
  readonly milliseconds: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly calls: readonly string[];
}

export const routes: Benchmark = {
  title: "Cost of routes",
  method: `The functions' bundles with DynamoDB Local: the median of ${RUNS - NOT_COUNTED} warm invocations of the route's function, and one of each function that runs because of it. Capacity as DynamoDB counts it, ${MEGABYTES} MB of memory, milliseconds of this machine on arm64, the prices of npm run cost without free tiers; databases of moves and fleet answered by a stand-in; without logs, transfer, queues' polling and runs of a relay that find nothing. Where events gather for a while, those of a million requests a month, evenly spread over it and over ${SHARDS} shards of a stream, share calls and invocations.`,
  async run(progress) {
    const invoker = await Invoker.start(ROOT, ["one"]);
    try {
      const figures: Figure[] = [];
      for (const { name, route } of invoker.functions) {
        if (route === undefined) continue;
        progress(route);
        const works = [await workOf(invoker, name)];
        for (const caused of CAUSES[route] ?? []) works.push(await workOf(invoker, caused));
        figures.push(figureFor(route, works));
      }
      return figures.sort((left, right) => right.value - left.value);
    } finally {
      await invoker.stop();
    }
  },
};

function figureFor(route: string, works: readonly Work[]): Figure {
  const total = (of: (work: Work) => number) => works.reduce((sum, work) => sum + of(work), 0);
  const [read, written] = [total(({ readUnits }) => readUnits), total(({ writeUnits }) => writeUnits)];
  const milliseconds = total((work) => work.milliseconds);
  const calls = works.flatMap((work) => work.calls);
  const ofCalls = (work: Work) => work.calls.reduce((sum, call) => sum + dollarsOf(call), 0);
  const gigabyteSeconds = (milliseconds / 1000) * (MEGABYTES / 1024);
  const value =
    MILLION *
    (dollars("apiRequests", 1) +
      dollars(
        "invocations",
        total(({ share }) => share),
      ) +
      dollars("armSeconds", gigabyteSeconds) +
      dollars("tableReads", read) +
      dollars("tableWrites", written) +
      total((work) => work.share * ofCalls(work)));
  const parts = [
    `${works.length} × Lambda, ${milliseconds.toFixed(0)} ms`,
    `${calls.length} calls`,
    `${read} read and ${written} write units`,
  ];
  return { name: `${route} (${parts.join("; ")})`, unit: "USD", value };
}

async function workOf(invoker: Invoker, name: string): Promise<Work> {
  const invocations: Invocation[] = [];
  for (let run = 0; run < RUNS; run++) {
    await seed(invoker);
    const event = await eventFor(invoker, name, run);
    const invocation = await invoker.invoke(name, event);
    const { statusCode = 200, body } = (invocation.result ?? {}) as {
      readonly statusCode?: number;
      readonly body?: string;
    };
    if (statusCode >= 300 && name !== "records-latest-price")
      throw new Error(`${name} answered ${statusCode}: ${body}`);
    if (run >= NOT_COUNTED) invocations.push(invocation);
  }
  const last = invocations.at(-1);
  if (!last) throw new Error(`${name} was not measured.`);
  const milliseconds = median(invocations.map((one) => one.milliseconds));
  return { ...last, milliseconds, share: 1 / Math.max(1, gatheredBy(invoker, name)) };
}

/** How many requests come while a shard's events for a function gather, when a million are spread evenly over a month. */
function gatheredBy(invoker: Invoker, name: string): number {
  const { graph } = invoker;
  const fn = resourcesOf(graph, "aws:lambda/function:Function").find(
    (one) => one.name === `${name}-function`,
  );
  const mapping = resourcesOf(graph, "aws:lambda/eventSourceMapping:EventSourceMapping").find(({ inputs }) =>
    String(inputs.functionName).includes(`:function:${fn?.outputs.name}:`),
  );
  const seconds = Number(mapping?.inputs.maximumBatchingWindowInSeconds ?? 0);
  return (seconds * MILLION) / SECONDS_PER_MONTH / SHARDS;
}

/** What events are about is there again, as if nobody had changed or removed it. */
async function seed(invoker: Invoker): Promise<void> {
  for (const [pk, item] of Object.entries(STORED)) {
    const [kind = ""] = pk.split("#");
    const [name = "", variable = ""] = TABLES[kind] ?? [];
    await invoker.dynamo.put(invoker.variable(name, variable), [{ sk: { S: kind }, ...item, pk: { S: pk } }]);
  }
}

const slot = (run: number) => new Date(Date.parse(BOOKING_DAY) + run * 15 * 60_000).toISOString();

/** The first event of a function; bookings need a slot that is free, and changes of them one that is booked. */
async function eventFor(invoker: Invoker, name: string, run: number): Promise<unknown> {
  const found = invoker.functions.find((one) => one.name === name);
  if (!found) throw new Error(`There is no function ${name}.`);
  const { route = "" } = found;
  if (!/^(?:POST|PUT|DELETE) \/appointments/.test(route)) return firstEventOf(found);
  if (run === 0) await openDay(invoker);
  const free = { POST: 0, PUT: 32, DELETE: 64 }[route.split(" ")[0] ?? ""] ?? 0;
  const body = (at: number) => ({
    providerId: ID,
    startsAt: slot(at),
    client: { name: "Grace", email: "grace@example.com" },
  });
  const booking = gatewayEvent("POST /appointments", { body: body(free + run) });
  if (route === "POST /appointments") return booking;
  const { result } = await invoker.invoke("appointments-book", booking);
  const { id } = JSON.parse((result as { readonly body: string }).body);
  const change = route.startsWith("PUT") ? { body: { startsAt: slot(free + 16 + run) } } : {};
  return gatewayEvent(route, { path: { id }, ...change });
}

async function openDay(invoker: Invoker): Promise<void> {
  const route = "PUT /providers/{id}/availability";
  const body = { date: BOOKING_DAY, from: "00:00", to: "24:00", slotMinutes: 15 };
  await invoker.invoke("appointments-set-availability", gatewayEvent(route, { path: { id: ID }, body }));
}
