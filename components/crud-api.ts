import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import type { AlarmedFunctionArgs } from "./alarmed-function.ts";
import { AlarmedFunction } from "./alarmed-function.ts";
import { Component } from "./base.ts";
import type { Mistake } from "./mistakes.ts";
import { refuseMistakes } from "./mistakes.ts";
import type { ParameterContract } from "./openapi/contract.ts";
import { RestApi } from "./rest-api.ts";
import type { RestApiArgs, RouteArgs } from "./rest-api-arguments.ts";
import type { TableAccess } from "./secure-table.ts";
import { SecureTable } from "./secure-table.ts";

export type CrudOperation = "create" | "list" | "get" | "update" | "delete";

/** What the API keeps. */
export interface EntityArgs {
  /** Singular, in lower case, such as `task`. */
  readonly name: string;
  /** Name of the collection in paths. @default the name and an s */
  readonly plural?: string;
  /** Body of a creation. */
  readonly schema: z.ZodType;
  /** Body of an update. @default that of a creation */
  readonly update?: z.ZodType;
  /** What is answered of one. @default not published */
  readonly answer?: z.ZodType;
  /** Query parameters of the list besides `limit` and `cursor`. */
  readonly filters?: Readonly<Record<string, ParameterContract>>;
}

export interface CrudApiArgs extends Omit<RestApiArgs, "routes"> {
  readonly entity: EntityArgs;
  /** Modules that export the handlers, from the project root, such as `handlers/tasks/create.ts`. */
  readonly entries: Readonly<Record<CrudOperation, string>>;
  /** Name of the variable that tells the functions their table. @default as the entity: `RECORD_TABLE` of `record` */
  readonly tableVariable?: string;
  /** Where entities are kept. @default a table of its own with `pk`, `sk` and the time to live `expiresAt` */
  readonly table?: SecureTable;
  /** What each function may do with the table. @default what the operation needs */
  readonly access?: Readonly<Partial<Record<CrudOperation, readonly TableAccess[]>>>;
  /** What else a function is given: links, environment, time-out. */
  readonly functions?: Readonly<Partial<Record<CrudOperation, FunctionSettings>>>;
  /** Further routes of the API. */
  readonly routes?: Readonly<Record<string, RouteArgs>>;
}

export type FunctionSettings = Pick<
  AlarmedFunctionArgs,
  "links" | "environment" | "statements" | "timeoutSeconds" | "memoryMegabytes"
>;

/**
 * Creating puts the entity together with its idempotency key, which it reads when the key is known; updating reads
 * the entity it answers. Nothing scans.
 */
const ACCESS: Readonly<Record<CrudOperation, readonly TableAccess[]>> = Object.freeze({
  create: ["get", "put"],
  list: ["query"],
  get: ["get"],
  update: ["get", "update"],
  delete: ["delete"],
});

/**
 * Create, list, get, update and delete of one kind of thing over HTTP.
 *
 * Creates: a table (unless one is given), a function with a role of its own per operation, and a RestApi with
 * `POST|GET /<plural>`, `GET|PUT|DELETE /<plural>/{id}` and the routes that are added.
 *
 *     new CrudApi("records", {
 *       defaults,
 *       description: "Records of any kind.",
 *       entity: { name: "record", schema: recordSchema },
 *       entries: { create: "handlers/records/create.ts", … },
 *       throttle: { ratePerSecond: 20, burst: 40 },
 *     });
 */
export class CrudApi extends Component {
  readonly table: SecureTable;
  readonly functions: Readonly<Record<CrudOperation, AlarmedFunction>>;
  readonly api: RestApi;
  /** Where the API is; no trailing slash. */
  readonly url: pulumi.Output<string>;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: CrudApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("CrudApi", name, {}, opts);
    refuseMistakes(`CrudApi "${name}"`, mistakesIn(args));
    this.table = args.table ?? createTable(name, args, this);
    this.functions = createFunctions(name, args, this.table, this);
    const { entity, entries, table, tableVariable, access, functions, routes, ...api } = args;
    this.api = new RestApi(
      `${name}-api`,
      { ...api, routes: { ...crudRoutes(entity, this.functions), ...routes } },
      { parent: this },
    );
    this.url = this.api.url;
    this.registerOutputs({ url: this.url });
  }
}

function createTable(name: string, { defaults }: CrudApiArgs, parent: pulumi.Resource): SecureTable {
  return new SecureTable(
    name,
    { defaults, partitionKey: "pk", sortKey: "sk", timeToLive: "expiresAt" },
    { parent },
  );
}

function createFunctions(
  name: string,
  args: CrudApiArgs,
  table: SecureTable,
  parent: pulumi.Resource,
): Record<CrudOperation, AlarmedFunction> {
  const variable = args.tableVariable ?? `${args.entity.name.toUpperCase().replaceAll("-", "_")}_TABLE`;
  const origins = args.cors && { CORS_ALLOWED_ORIGINS: args.cors.allowedOrigins.join(",") };
  const make = (operation: CrudOperation) => {
    const settings = args.functions?.[operation];
    return new AlarmedFunction(
      `${name}-${operation}`,
      {
        ...settings,
        defaults: args.defaults,
        description: `${operation} of ${args.entity.name}`,
        entry: args.entries[operation],
        links: { [variable]: table.link(args.access?.[operation] ?? ACCESS[operation]), ...settings?.links },
        environment: { ...origins, ...settings?.environment },
      },
      { parent },
    );
  };
  return {
    create: make("create"),
    list: make("list"),
    get: make("get"),
    update: make("update"),
    delete: make("delete"),
  };
}

const PAGES: Readonly<Record<string, ParameterContract>> = {
  limit: { description: "Items of a page, 1 to 100; 20 unless given.", schema: z.int().min(1).max(100) },
  cursor: { description: "nextCursor of the page before." },
};
const IF_MATCH = { "If-Match": { description: "ETag that the item must have." } };
const IDEMPOTENCY_KEY = { "Idempotency-Key": { description: "Makes a repeated request answer the same." } };

function crudRoutes(
  entity: EntityArgs,
  handlers: Readonly<Record<CrudOperation, AlarmedFunction>>,
): Record<string, RouteArgs> {
  const { name, plural = `${name}s`, answer } = entity;
  const one = (description: string) => ({ description, ...(answer && { schema: answer }) });
  const unknown = { 404: { description: `There is no such ${name}.` } };
  const conflict = { 412: { description: `The ${name} is no longer as the client believes.` } };
  const page = answer && z.object({ items: z.array(answer), nextCursor: z.string().optional() });
  return {
    [`POST /${plural}`]: {
      handler: handlers.create,
      summary: `Creates a ${name}.`,
      body: entity.schema,
      headers: IDEMPOTENCY_KEY,
      responses: { 201: one(`The ${name}.`) },
    },
    [`GET /${plural}`]: {
      handler: handlers.list,
      summary: `Lists ${plural}, page by page.`,
      query: { ...PAGES, ...entity.filters },
      responses: { 200: { description: `A page of ${plural}.`, ...(page && { schema: page }) } },
    },
    [`GET /${plural}/{id}`]: {
      handler: handlers.get,
      summary: `Reads a ${name}.`,
      responses: { 200: one(`The ${name}.`), ...unknown },
    },
    [`PUT /${plural}/{id}`]: {
      handler: handlers.update,
      summary: `Changes a ${name}.`,
      body: entity.update ?? entity.schema,
      headers: IF_MATCH,
      responses: { 200: one(`The ${name} as it is now.`), ...unknown, ...conflict },
    },
    [`DELETE /${plural}/{id}`]: {
      handler: handlers.delete,
      summary: `Deletes a ${name}.`,
      headers: IF_MATCH,
      responses: { 204: { description: `The ${name} is gone.` }, ...unknown, ...conflict },
    },
  };
}

function mistakesIn({ entity, routes = {} }: CrudApiArgs): Mistake[] {
  const { name, plural = `${name}s` } = entity;
  const badNames = Object.entries({ name, plural })
    .filter(([, value]) => !/^[a-z][a-z0-9-]*$/.test(value))
    .map(([property, value]) => ({
      propertyPath: `entity.${property}`,
      reason: `is "${value}"; begin with a lower-case letter, then lower-case letters, digits and -`,
    }));
  const own = [`POST /${plural}`, `GET /${plural}`];
  const ownOfOne = ["GET", "PUT", "DELETE"].map((method) => `${method} /${plural}/{id}`);
  const taken = [...own, ...ownOfOne]
    .filter((key) => key in routes)
    .map((key) => ({ propertyPath: `routes["${key}"]`, reason: "is a route of the CrudApi itself" }));
  return [...badNames, ...taken];
}
