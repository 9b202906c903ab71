/**
 * Values between the Data API and PostgreSQL.
 * https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_Field.html
 */
import { AwsError } from "../../core/errors.ts";

/** A parameter, or a value of an answer. */
export interface Field {
  readonly stringValue?: string;
  readonly longValue?: number;
  readonly doubleValue?: number;
  readonly booleanValue?: boolean;
  /** base64 */
  readonly blobValue?: string;
  readonly isNull?: boolean;
  readonly arrayValue?: Readonly<Record<string, unknown>>;
}

export interface SqlParameter {
  readonly name?: string;
  readonly value?: Field;
  readonly typeHint?: string;
}

/** How numbers are answered: https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_ResultSetOptions.html */
export interface ResultSetOptions {
  readonly decimalReturnType?: "STRING" | "DOUBLE_OR_LONG";
  readonly longReturnType?: "STRING" | "LONG";
}

/** Object ids of PostgreSQL's types. */
const OID = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  uuid: 2950,
  jsonb: 3802,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(OID).map(([name, oid]) => [oid, name]));

const HINTS: Readonly<Record<string, number>> = {
  DATE: OID.date,
  DECIMAL: OID.numeric,
  JSON: OID.jsonb,
  TIME: OID.time,
  TIMESTAMP: OID.timestamp,
  UUID: OID.uuid,
};

/** Arrays of these types: the type of an element, by the type of the array. */
const ELEMENTS: ReadonlyMap<number, number> = new Map([
  [1000, OID.bool],
  [1005, OID.int2],
  [1007, OID.int4],
  [1016, OID.int8],
  [1009, OID.text],
  [1015, OID.varchar],
  [1021, OID.float4],
  [1022, OID.float8],
  [1231, OID.numeric],
  [2951, OID.uuid],
]);

export function typeName(oid: number): string {
  const element = ELEMENTS.get(oid);
  return element === undefined ? (NAMES.get(oid) ?? "text") : `_${NAMES.get(element)}`;
}

/** A parameter as PostgreSQL reads it, and the object id of its type. */
export function toPostgres({ name, value = {}, typeHint }: SqlParameter): {
  readonly text: string | null;
  readonly type: number;
} {
  const hinted = typeHint === undefined ? undefined : HINTS[typeHint];
  if (typeHint !== undefined && hinted === undefined) {
    throw new AwsError("BadRequestException", `Invalid type hint ${typeHint} for parameter ${name}`);
  }
  if (value.isNull) return { text: null, type: hinted ?? 0 };
  if (value.stringValue !== undefined) return { text: value.stringValue, type: hinted ?? OID.text };
  if (value.longValue !== undefined) return { text: String(value.longValue), type: hinted ?? OID.int8 };
  if (value.doubleValue !== undefined) return { text: String(value.doubleValue), type: hinted ?? OID.float8 };
  if (value.booleanValue !== undefined) return { text: String(value.booleanValue), type: OID.bool };
  if (value.blobValue !== undefined) {
    return { text: `\\x${Buffer.from(value.blobValue, "base64").toString("hex")}`, type: OID.bytea };
  }
  if (value.arrayValue !== undefined) {
    throw new AwsError("BadRequestException", "Array parameters are not supported.");
  }
  throw new AwsError("BadRequestException", `Parameter ${name} has no value`);
}

/** A value that PostgreSQL answered, as the Data API answers it. */
export function toField(text: string | null, oid: number, options: ResultSetOptions): Field {
  if (text === null) return { isNull: true };
  const element = ELEMENTS.get(oid);
  if (element !== undefined) return { arrayValue: toArray(text, element) };
  switch (oid) {
    case OID.bool:
      return { booleanValue: text === "t" };
    case OID.int2:
    case OID.int4:
    case OID.oid:
      return { longValue: Number(text) };
    case OID.int8:
      return options.longReturnType === "STRING" ? { stringValue: text } : { longValue: Number(text) };
    case OID.float4:
    case OID.float8:
      return { doubleValue: Number(text) };
    case OID.numeric:
      if (options.decimalReturnType !== "DOUBLE_OR_LONG") return { stringValue: text };
      return text.includes(".") ? { doubleValue: Number(text) } : { longValue: Number(text) };
    case OID.bytea:
      return { blobValue: Buffer.from(text.slice(2), "hex").toString("base64") };
    case OID.timestamptz:
      // The Data API answers UTC and leaves the offset out.
      return { stringValue: text.replace(/\+00$/, "") };
    default:
      return { stringValue: text };
  }
}

/** `{a,"b,c",NULL}` → its elements; the Data API answers arrays of one dimension. */
function toArray(text: string, element: number): Readonly<Record<string, unknown>> {
  const parts = [...text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replace(/\\(.)/g, "$1"),
  );
  const fields = parts.map((part) => toField(part, element, {}));
  const [kind = "stringValue"] = Object.keys(fields[0] ?? { stringValue: "" });
  return { [`${kind}s`]: fields.map((field) => Object.values(field)[0] as unknown) };
}
