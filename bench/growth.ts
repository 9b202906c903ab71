/** How lists and booking behave when tables grow: time and capacity of a page at 1,000, 10,000 and 100,000 items. */
import { resolve } from "node:path";
import type { DynamoItem } from "./functions/dynamo-local.ts";
import { type Asked, gatewayEvent } from "./functions/first-events.ts";
import { type Invocation, Invoker } from "./functions/invoker.ts";
import type { Benchmark, Figure } from "./support/benchmark.ts";
import { figureOf, median } from "./support/statistics.ts";

const ROOT = resolve(import.meta.dirname, "..");
const SIZES = [1_000, 10_000, 100_000];
const RUNS = 40;
const NOW = Date.now();
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EMAIL = "grace@example.com";
/** Items between two lines of progress. */
const PART = 10_000;
/** A kind is filled no longer: what has been reached by then is measured, and said. */
const FILL_MS = 90_000;

/** A kind of item: how the first is made, and the lists that show it. */
interface Kind {
  readonly name: string;
  readonly prefix: string;
  /** Variable of the function with the table's name. */
  readonly table: string;
  readonly make: (invoker: Invoker) => Promise<unknown>;
  readonly lists: readonly { readonly what: string; readonly name: string; readonly event: object }[];
}

const api = (name: string, route: string, asked: Asked) => ({ name, event: gatewayEvent(route, asked) });
const list = (what: string, name: string, route: string, asked: Asked = {}) => ({
  what,
  ...api(name, route, asked),
});

const KINDS: readonly Kind[] = [
  {
    name: "tasks",
    prefix: "TASK#",
    table: "TASKS_TABLE",
    make: (invoker) =>
      run(invoker, api("tasks-create", "POST /tasks", { body: { title: "Call the painter" } })),
    lists: [
      list("GET /tasks", "tasks-list", "GET /tasks"),
      list("GET /tasks?status=open", "tasks-list", "GET /tasks", { query: { status: "open" } }),
    ],
  },
  {
    name: "records",
    prefix: "ENTITY#",
    table: "ENTITY_TABLE",
    make: (invoker) => run(invoker, api("records-create", "POST /records", { body: { name: "One" } })),
    lists: [list("GET /records", "records-list", "GET /records")],
  },
  {
    name: "prices",
    prefix: "COIN#",
    table: "PRICES_TABLE",
    make: (invoker) => invoker.invoke("records-track-prices", { scheduledAt: new Date(NOW).toISOString() }),
    lists: [
      list("GET /prices/{coin}", "records-list-prices", "GET /prices/{coin}"),
      list("GET /prices/{coin}/latest", "records-latest-price", "GET /prices/{coin}/latest"),
    ],
  },
  {
    name: "providers",
    prefix: "PROVIDER#",
    table: "APPOINTMENTS_TABLE",
    make: (invoker) => provider(invoker),
    lists: [list("GET /providers", "appointments-list-providers", "GET /providers")],
  },
  {
    name: "appointments",
    prefix: "APPOINTMENT#",
    table: "APPOINTMENTS_TABLE",
    make: async (invoker) => {
      const id = await provider(invoker);
      await open(invoker, id, 1);
      await book(invoker, id, 1, 0);
    },
    lists: [
      list("GET /appointments?clientEmail", "appointments-list", "GET /appointments", {
        query: { clientEmail: EMAIL },
      }),
    ],
  },
];

export const growth: Benchmark = {
  title: "Growth",
  method: `The functions' bundles with DynamoDB Local, whose databases have ${SIZES.map((size) => size.toLocaleString("en")).join(", ")} items of each kind (the largest: as many as it takes in ${FILL_MS / 1000} seconds); ${RUNS} first pages of each list, and bookings, from each database in turn. Multiples of the median with ${SIZES[0]?.toLocaleString("en")} items; capacity units as DynamoDB counts them.`,
  async run(progress) {
    const invoker = await Invoker.start(ROOT, SIZES.map(String));
    try {
      const figures: Figure[] = [];
      let most = 0;
      for (const kind of KINDS) {
        most = await fill(invoker, kind, progress);
        for (const one of kind.lists) {
          progress(`asks for ${one.what}`);
          figures.push(...(await compare(invoker, one.what, most, () => run(invoker, one))));
        }
      }
      progress("books");
      figures.push(...(await compareBooking(invoker, most)));
      return figures;
    } finally {
      await invoker.stop();
    }
  },
};

async function run(invoker: Invoker, { name, event }: { name: string; event: object }): Promise<Invocation> {
  const invocation = await invoker.invoke(name, event);
  const { statusCode, body } = invocation.result as { readonly statusCode: number; readonly body: string };
  if (statusCode >= 300) throw new Error(`${name} answered ${statusCode}: ${body}`);
  return invocation;
}

/** @returns how many the largest database has got */
async function fill(invoker: Invoker, kind: Kind, progress: (line: string) => void): Promise<number> {
  let most = 0;
  for (const size of SIZES) {
    const { dynamo } = invoker;
    dynamo.database = String(size);
    await kind.make(invoker);
    const [list] = kind.lists;
    const table = invoker.variable(list?.name ?? "", kind.table);
    const model = (await dynamo.find(table, kind.prefix)).find(({ gsi1pk, at }) => gsi1pk ?? at);
    if (!model) throw new Error(`${kind.name} has no first item.`);
    const end = performance.now() + FILL_MS;
    for (most = 1; most < size && performance.now() < end; ) {
      const count = Math.min(PART, size - most);
      const copies = Array.from({ length: count }, (_, index) => copyOf(model, most + index));
      await dynamo.put(table, copies);
      most += count;
      progress(`has made ${most} of ${size} ${kind.name}`);
    }
  }
  return most;
}

/** The item under another id, a minute earlier for each number. */
function copyOf(model: DynamoItem, number: number): DynamoItem {
  const text = JSON.stringify(model);
  const id = String(model.id?.S ?? model.appointmentId?.S ?? "");
  const time = String((model.startsAt ?? model.createdAt ?? model.at)?.S);
  const moved = new Date(Date.parse(time) - number * 60_000).toISOString();
  const other = `${id.slice(0, -12)}${number.toString(16).padStart(12, "0")}`;
  return JSON.parse((id === "" ? text : text.replaceAll(id, other)).replaceAll(time, moved));
}

async function compare(
  invoker: Invoker,
  what: string,
  most: number,
  once: (size: number, run: number) => Promise<Invocation>,
): Promise<Figure[]> {
  const times = new Map<number, number[]>(SIZES.map((size) => [size, []]));
  const units = new Map<number, number>();
  for (let run = -5; run < RUNS; run++) {
    for (const size of SIZES) {
      invoker.dynamo.database = String(size);
      const { milliseconds, readUnits, writeUnits } = await once(size, run);
      if (run >= 0) times.get(size)?.push(milliseconds);
      units.set(size, readUnits + writeUnits);
    }
  }
  const [smallest = 0, , largest = 0] = SIZES;
  const of = (size: number) => times.get(size) ?? [];
  const items = (size: number) => `${what}, ${size === largest ? most : size} items`;
  return [
    figureOf(items(smallest), "ms", of(smallest)),
    {
      name: items(largest),
      unit: "×",
      value: median(of(largest)) / median(of(smallest)),
      target: "≤ 1.2",
    },
    ...SIZES.map(
      (size): Figure => ({
        name: items(size),
        unit: "units",
        value: units.get(size) ?? 0,
        ...(size !== smallest && { target: `${units.get(smallest)}` }),
      }),
    ),
  ];
}

async function compareBooking(invoker: Invoker, most: number): Promise<Figure[]> {
  const providers = new Map<number, string>();
  for (const size of SIZES) {
    invoker.dynamo.database = String(size);
    const id = await provider(invoker);
    await open(invoker, id, 2);
    providers.set(size, id);
  }
  return compare(invoker, "POST /appointments", most, (size, run) =>
    book(invoker, providers.get(size) ?? "", 2, run + 5),
  );
}

async function provider(invoker: Invoker): Promise<string> {
  const event = api("appointments-create-provider", "POST /providers", { body: { name: "Ada" } });
  const { result } = await run(invoker, event);
  return JSON.parse((result as { readonly body: string }).body).id;
}

function open(invoker: Invoker, id: string, day: number): Promise<Invocation> {
  const body = { date: dateOf(day), from: "00:00", to: "24:00", slotMinutes: 15 };
  const route = "PUT /providers/{id}/availability";
  return run(invoker, api("appointments-set-availability", route, { path: { id }, body }));
}

function book(invoker: Invoker, providerId: string, day: number, slot: number): Promise<Invocation> {
  const startsAt = new Date(Date.parse(dateOf(day)) + slot * 15 * 60_000).toISOString();
  const body = { providerId, startsAt, client: { name: "Grace", email: EMAIL } };
  return run(invoker, api("appointments-book", "POST /appointments", { body }));
}

function dateOf(day: number): string {
  return new Date(NOW + day * DAY_MS).toISOString().slice(0, 10);
}
