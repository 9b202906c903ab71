/** What the RDS Data API answers about a database that has what is asked for. */
import { readMigrations } from "../../components/migrations.ts";
import { ID } from "./ids.ts";

/** A value as the Data API writes it, and its type in PostgreSQL. */
interface Column {
  readonly typeName: string;
  readonly field: Readonly<Record<string, unknown>>;
}

type Row = Readonly<Record<string, string | number | boolean | null>>;

/** What is looked at of a call. */
interface Input {
  readonly sql?: string;
  readonly database?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly value: { readonly stringValue?: string };
  }[];
}

/** A move that is on the road; any other has just been registered. */
export const MOVE_ON_THE_ROAD = ID.replace(/1$/, "2");

const NOW = new Date().toISOString().replace("T", " ").slice(0, -1);
const MOVE: Row = {
  clientId: "client",
  clientEmail: "grace@example.com",
  origin: "Calle Mayor 1, Madrid",
  destination: "Gran Vía 2, Bilbao",
  volumeM3: "12.5",
  date: NOW.slice(0, 10),
  truckId: null,
  plate: null,
  note: null,
  truckDecidedAt: null,
  version: 1,
  createdAt: NOW,
  updatedAt: NOW,
};
const RESERVATION: Row = { truck_id: null, status: "new", outdated: false };
const EVENT: Row = { position: 1, detailType: "MoveStarted", detail: "{}" };
/** What administrators ask: is it there, may I, is it mine? */
const YES: Row = { id: ID, one: 1, known: 1, alive: 1, mine: true, serves: true };

/** @param path of the operation, such as `/Execute` */
export function databaseAnswer(path: string, body: string): object {
  if (path === "/BeginTransaction") return { transactionId: "1" };
  if (path === "/CommitTransaction") return { transactionStatus: "Transaction Committed" };
  const rows = rowsFor(JSON.parse(body));
  const [first = {}] = rows;
  return {
    columnMetadata: Object.entries(first).map(([label, value]) => ({
      label,
      typeName: columnOf(value).typeName,
    })),
    records: rows.map((row) => Object.values(row).map((value) => columnOf(value).field)),
    numberOfRecordsUpdated: 1,
  };
}

function rowsFor({ sql = "", database = "", parameters = [] }: Input): readonly Row[] {
  const id = parameters.find(({ name }) => name === "id")?.value.stringValue ?? ID;
  if (sql.includes("FROM schema_migrations")) {
    return readMigrations(`handlers/${database}/migrations`).migrations.map(({ name, checksum }) => ({
      name,
      checksum,
    }));
  }
  // Each relay finds one event, and no others.
  if (sql.includes("SKIP LOCKED")) return [EVENT];
  if (sql.includes("DELETE FROM outbox")) return [{ othersWait: false }];
  if (sql.includes("LIMIT :limit")) return [];
  if (/SELECT[^;]+FROM moves/.test(sql)) {
    return [{ ...MOVE, id, status: id === MOVE_ON_THE_ROAD ? "in_transit" : "registered" }];
  }
  if (sql.includes("INTO reservations")) return [RESERVATION];
  if (sql.includes("FROM trucks")) return [{ id: ID, plate: "1234 ABC", capacity_m3: "20" }];
  return [YES];
}

function columnOf(value: string | number | boolean | null): Column {
  if (value === null) return { typeName: "text", field: { isNull: true } };
  if (typeof value === "boolean") return { typeName: "bool", field: { booleanValue: value } };
  if (typeof value === "number") return { typeName: "int8", field: { stringValue: String(value) } };
  return { typeName: value === NOW ? "timestamptz" : "text", field: { stringValue: value } };
}
