/**
 * The proof that nothing leaves the machine: in a network namespace that has nothing but loopback the kernel counts what
 * any process or thread in it (the cloud, its workers, the evaluation, the JVM) tries to send elsewhere, name lookups
 * among it, and lists all that listens.
 */
import { readFileSync } from "node:fs";
import { expect } from "chai";

/** Set by test/run-offline.ts. */
export const NAMESPACE_VARIABLE = "TEST_LOOPBACK_ONLY";

/** DynamoDB Local listens on all addresses, and has no option for it; its tables are behind a random access key. */
const DYNAMODB_LOCALS = 1;

/** What the kernel counts: attempts without a route (IPv4, IPv6), and datagrams, as lookups of names are. */
export interface Attempts {
  readonly withoutRoute: number;
  readonly datagrams: number;
}

/** So far; undefined when this is no such namespace, so that others' attempts would be counted. */
export function attempts(): Attempts | undefined {
  if (process.env[NAMESPACE_VARIABLE] === undefined) return undefined;
  const four = countersOfIp4();
  const six = countersOfIp6();
  const count = (name: string): number => (four.get(name) ?? 0) + (six.get(name) ?? 0);
  return {
    withoutRoute: count("Ip.OutNoRoutes") + count("Ip6OutNoRoutes"),
    datagrams: count("Udp.OutDatagrams") + count("Udp6OutDatagrams"),
  };
}

/** @param before the attempts until the program started */
export function expectNothingLeft(before: Attempts | undefined): void {
  const now = attempts();
  if (!before || !now) {
    process.stdout.write(
      "\n  Whether something leaves the machine was not judged: that needs `npm test` on a Linux with user namespaces.\n",
    );
    return;
  }
  expect(now, "attempts to reach something else than this machine").to.deep.equal(before);
  const open = listeners().filter((address) => !isLoopback(address));
  expect(open.length, `sockets open to other machines: ${open.join(", ")}`).to.be.at.most(DYNAMODB_LOCALS);
  process.stdout.write(
    "\n  Nothing tried to reach another machine; only DynamoDB Local listens to others.\n",
  );
}

/** `/proc/net/snmp` has two lines for each protocol: names, and values. */
function countersOfIp4(): ReadonlyMap<string, number> {
  const lines = readFileSync("/proc/net/snmp", "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const counters = new Map<string, number>();
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const [protocol = "", ...names] = lines[index] ?? [];
    const values = (lines[index + 1] ?? []).slice(1);
    for (const [at, name] of names.entries())
      counters.set(`${protocol.replace(":", "")}.${name}`, Number(values[at]));
  }
  return counters;
}

function countersOfIp6(): ReadonlyMap<string, number> {
  const lines = readFileSync("/proc/net/snmp6", "utf8").trim().split("\n");
  return new Map(lines.map((line) => line.split(/\s+/)).map(([name = "", value]) => [name, Number(value)]));
}

const LISTENING = "0A";

/** Addresses of all listening TCP sockets, as the kernel writes them: hexadecimal, 32-bit words in host order. */
function listeners(): string[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .flatMap(([, local = "", , state]) => (state === LISTENING ? [local.split(":", 1)[0] ?? ""] : [])),
  );
}

const LOOPBACK_ADDRESS = /^(?:[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F)$/;

function isLoopback(address: string): boolean {
  return LOOPBACK_ADDRESS.test(address);
}
