/** What a newcomer would like to know about a part, in a few words. */
import type { Resource } from "../../local/core/graph.ts";
import { operationsOf } from "../openapi/operations.ts";
import type { Kind } from "./kinds.ts";
import { parsed, record } from "./properties.ts";

/** The `detail` of a part; nothing when its kind says all. */
export function detailOf(kind: Kind, resource: Resource): { detail?: string } {
  const detail = DETAILS[kind]?.(resource);
  return detail ? { detail } : {};
}

const DETAILS: Partial<Record<Kind, (resource: Resource) => string | undefined>> = {
  api: ({ inputs }) => apiDetail(record(parsed(inputs.body))),
  table: ({ inputs }) => (inputs.streamEnabled === true ? "with a stream of changes" : undefined),
  database: ({ inputs }) =>
    String(inputs.engine).includes("postgres") ? "Aurora PostgreSQL" : String(inputs.engine ?? ""),
  schedule: ({ inputs }) =>
    inputs.scheduleExpression === undefined
      ? "one-time schedules"
      : scheduleText(String(inputs.scheduleExpression)),
};

/** Routes and who may call them, from the OpenAPI document. */
function apiDetail(document: Readonly<Record<string, unknown>>): string | undefined {
  const operations = operationsOf(document);
  if (operations.length === 0) return undefined;
  const schemes = Object.values(record(record(document.components).securitySchemes)).map((scheme) =>
    record(scheme),
  );
  const how = schemes.some((scheme) => "x-amazon-apigateway-authorizer" in scheme)
    ? "bearer token"
    : schemes.length > 0
      ? "API key"
      : "public";
  return `${operations.length} ${operations.length === 1 ? "route" : "routes"}, ${how}`;
}

/** `rate(5 minutes)` → `every 5 minutes`, `cron(0 3 * * ? *)` → `daily at 03:00`; anything else as it is. */
export function scheduleText(expression: string): string {
  const [, rate] = /^rate\(1? ?(.+)\)$/.exec(expression) ?? [];
  if (rate) return `every ${rate}`;
  const [, minute, hour] = /^cron\((\d+) (\d+) \* \* \? \*\)$/.exec(expression) ?? [];
  if (minute && hour) return `daily at ${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  return expression;
}
