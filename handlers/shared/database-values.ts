/** Values between JavaScript and PostgreSQL, by way of the Data API. */
import type { ColumnMetadata, Field, SqlParameter, TypeHint } from "@aws-sdk/client-rds-data";

/** A value whose PostgreSQL type JavaScript does not tell. */
export interface TypedValue {
  readonly hint: TypeHint;
  readonly text: string;
}

/** Texts, numbers, booleans, bytes, and times (as `timestamptz` and `timestamp` take them); null for NULL. */
export type ParameterValue = string | number | boolean | bigint | Date | Uint8Array | TypedValue | null;

export type Parameters = Readonly<Record<string, ParameterValue>>;

export const uuid = (text: string): TypedValue => ({ hint: "UUID", text });
export const json = (value: unknown): TypedValue => ({ hint: "JSON", text: JSON.stringify(value) ?? "null" });
/** @param text `2026-01-31` */
export const date = (text: string): TypedValue => ({ hint: "DATE", text });
/** @param text `12:30:00` */
export const time = (text: string): TypedValue => ({ hint: "TIME", text });
/** For `numeric`, whose digits a number of JavaScript would not keep. */
export const decimal = (text: string): TypedValue => ({ hint: "DECIMAL", text });

/** https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_SqlParameter.html */
export function toParameters(parameters: Parameters): SqlParameter[] {
  return Object.entries(parameters).map(([name, value]) => ({ name, ...toParameter(name, value) }));
}

function toParameter(name: string, value: ParameterValue): Omit<SqlParameter, "name"> {
  if (value === null) return { value: { isNull: true } };
  if (value instanceof Date) return hinted("TIMESTAMP", value.toISOString().replace("T", " ").slice(0, -1));
  if (value instanceof Uint8Array) return { value: { blobValue: value } };
  if (typeof value === "object") return hinted(value.hint, value.text);
  if (typeof value === "bigint") return hinted("DECIMAL", String(value));
  if (typeof value === "boolean") return { value: { booleanValue: value } };
  if (typeof value === "string") return { value: { stringValue: value } };
  if (!Number.isFinite(value)) throw new TypeError(`The parameter ${name} is ${value}`);
  return { value: Number.isSafeInteger(value) ? { longValue: value } : { doubleValue: value } };
}

function hinted(typeHint: TypeHint, stringValue: string): Omit<SqlParameter, "name"> {
  return { typeHint, value: { stringValue } };
}

/**
 * A row as an object: whole numbers as numbers, `numeric` as text, `timestamptz` in ISO form, JSON parsed, NULL as null.
 * @throws RangeError for a `bigint` that a number cannot hold
 */
export function toRow(fields: readonly Field[], columns: readonly ColumnMetadata[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field, index) => {
      const { label, name, typeName = "" } = columns[index] ?? {};
      return [label ?? name ?? String(index), toValue(field, typeName)];
    }),
  );
}

function toValue(field: Field, typeName: string): unknown {
  if (field.isNull) return null;
  if (field.arrayValue) return Object.values(field.arrayValue)[0] as unknown;
  const value = field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue;
  if (value === undefined) return field.blobValue;
  return CONVERSIONS[typeName]?.(value) ?? value;
}

const whole = (value: unknown): number => {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(`${value} is too large for a number; select it as text`);
};

/** `2026-01-31 12:00:00.5` → `2026-01-31T12:00:00.500Z`; the Data API answers UTC and leaves the offset out. */
const instant = (value: unknown): string => {
  const at = new Date(`${String(value).replace(" ", "T")}Z`);
  return Number.isNaN(at.getTime()) ? String(value) : at.toISOString();
};

/** By the type's name in PostgreSQL. */
const CONVERSIONS: Readonly<Record<string, (value: unknown) => unknown>> = {
  int2: whole,
  int4: whole,
  int8: whole,
  serial: whole,
  bigserial: whole,
  json: (value) => JSON.parse(String(value)) as unknown,
  jsonb: (value) => JSON.parse(String(value)) as unknown,
  timestamptz: instant,
};
