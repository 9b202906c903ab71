/** A burst of queued bookings: how fast they are taken, how fast they are decided, and that none is lost. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark } from "./support/benchmark.ts";
import { copyProgram } from "./support/program-copy.ts";
import { startProgram } from "./support/running-program.ts";

const REQUESTS = 10_000;
const CONNECTIONS = 200;
const DAYS = 10;
/** How often it is asked, while decisions are made, how far they are. */
const PARTS = 20;
const DAY_MS = 86_400_000;

type Call = (method: string, path: string, body?: object) => Promise<Response>;

export const bookings: Benchmark = {
  title: "Bookings",
  method: `POST /bookings ${REQUESTS} times over ${CONNECTIONS} connections, for ${DAYS * 96} slots; then GET /bookings/{id} of every ${REQUESTS / PARTS}th, until the last is confirmed or rejected, and of all. It fails when one is lost or a slot is given twice.`,
  async run(progress) {
    const copy = copyProgram();
    try {
      const program = await startProgram(copy.folder);
      try {
        return await measure(callerOf(program.ready.outputs), progress);
      } finally {
        await program.stop();
      }
    } finally {
      copy.remove();
    }
  },
};

async function measure(call: Call, progress: (line: string) => void) {
  const { providerId, slots } = await openDays(call);
  const client = { name: "Grace Hopper", email: "grace@example.com" };
  const begin = performance.now();
  const locations = await atOnce(REQUESTS, async (index) => {
    const response = await call("POST", "/bookings", {
      providerId,
      startsAt: slots[index % slots.length],
      client,
    });
    if (response.status !== 202) throw new Error(`A booking was answered ${response.status}`);
    await response.arrayBuffer();
    return response.headers.get("location") ?? "";
  });
  const taken = performance.now() - begin;
  progress(`${REQUESTS} were taken in ${Math.round(taken)} ms`);
  // To ask about all of them would hold up the decisions.
  for (let asked = REQUESTS / PARTS - 1; asked < REQUESTS; asked += REQUESTS / PARTS) {
    await decisionOf(call, locations[asked] ?? "");
    progress(`${asked + 1} are decided`);
  }
  const decided = performance.now() - begin;
  const appointments = await atOnce(REQUESTS, (index) => decisionOf(call, locations[index] ?? ""));
  const confirmed = appointments.filter((id) => id !== undefined);
  if (confirmed.length !== slots.length || new Set(confirmed).size !== slots.length) {
    throw new Error(`${confirmed.length} bookings were confirmed for ${slots.length} slots`);
  }
  const rate = (milliseconds: number) => (REQUESTS / milliseconds) * 1000;
  return [
    { name: "taken", unit: "requests/s", value: rate(taken) },
    { name: "decided, all in all", unit: "requests/s", value: rate(decided) },
    { name: "until the last is decided", unit: "ms", value: decided },
  ] as const;
}

function callerOf(outputs: Readonly<Record<string, string>>): Call {
  const { appointmentsApiUrl = "", appointmentsApiKey = "" } = outputs;
  return (method, path, body) =>
    fetch(path.startsWith("http") ? path : `${appointmentsApiUrl}${path}`, {
      method,
      headers: { "x-api-key": appointmentsApiKey, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
}

async function openDays(call: Call) {
  const created = (await (await call("POST", "/providers", { name: "Ada" })).json()) as { id: string };
  const slots: string[] = [];
  for (let day = 1; day <= DAYS; day++) {
    const date = new Date(Date.now() + day * DAY_MS).toISOString().slice(0, 10);
    const path = `/providers/${created.id}`;
    await call("PUT", `${path}/availability`, { date, from: "00:00", to: "24:00", slotMinutes: 15 });
    const free = await (await call("GET", `${path}/slots?date=${date}`)).json();
    slots.push(...(free as { items: { startsAt: string }[] }).items.map(({ startsAt }) => startsAt));
  }
  return { providerId: created.id, slots };
}

/** The appointment of a booking once it is decided; undefined when it was rejected. */
async function decisionOf(call: Call, location: string): Promise<string | undefined> {
  for (;;) {
    const response = await call("GET", location);
    const { status, appointmentId } = (await response.json()) as { status: string; appointmentId?: string };
    if (status === "confirmed" || status === "rejected") return appointmentId;
    if (status !== "pending") throw new Error(`${location} was answered ${response.status}`);
    await sleep(500);
  }
}

/** Work by number, over so many connections at once; results in order. */
async function atOnce<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const connection = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return results;
}
