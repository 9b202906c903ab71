import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import type { AlarmedFunctionArgs } from "./alarmed-function.ts";
import { AlarmedFunction } from "./alarmed-function.ts";
import { Component } from "./base.ts";
import type { Mistake } from "./mistakes.ts";
import { refuseMistakes } from "./mistakes.ts";
import { IDEMPOTENCY_KEY, IF_MATCH, PAGES } from "./openapi/parameters.ts";
import { RestApi } from "./rest-api.ts";
import type { RestApiArgs, RouteArgs } from "./rest-api-arguments.ts";
import type { Secret } from "./secret.ts";
import { SecureTable } from "./secure-table.ts";
import type { ServiceDashboardArgs } from "./service-dashboard.ts";

export type CrudOperation = "create" | "list" | "get" | "update" | "delete";

/** What the API keeps. */
export interface EntityArgs {
  /** Singular, in lower case, such as `record`. */
  readonly name: string;
  /** Name of the collection in paths. @default the name and an s */
  readonly plural?: string;
  /** What clients decide about one: the body of a creation and of an update, which replaces it. */
  readonly schema: z.ZodObject;
}

export interface CrudApiArgs extends Omit<RestApiArgs, "routes"> {
  readonly entity: EntityArgs;
  /** Signs the cursors of the list; may be that of other APIs. */
  readonly cursorKey: Secret;
  /** Further routes of the API. */
  readonly routes?: Readonly<Record<string, RouteArgs>>;
}

/** What the API itself tells of every entity, beside what clients decide. */
const OWN_PROPERTIES = {
  id: z.uuid(),
  version: z.int().min(1),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};

/**
 * Create, list, get, update and delete of one kind of thing over HTTP, made from its schema alone.
 *
 * Creates: a table, a function with a role of its own per operation, and a RestApi with `POST|GET /<plural>`,
 * `GET|PUT|DELETE /<plural>/{id}` and the routes that are added. A creation honours `Idempotency-Key`, changes honour
 * `If-Match`, lists are queried page by page.
 *
 *     new CrudApi("records", {
 *       defaults,
 *       description: "Records of any kind.",
 *       entity: { name: "record", schema: z.strictObject({ name: z.string().min(1).max(200) }) },
 *       cursorKey,
 *       throttle: { ratePerSecond: 20, burst: 40 },
 *     });
 */
export class CrudApi extends Component {
  readonly table: SecureTable;
  readonly functions: Readonly<Record<CrudOperation, AlarmedFunction>>;
  readonly api: RestApi;
  /** Where the API is; no trailing slash. */
  readonly url: pulumi.Output<string>;
  /** What a dashboard shows of it. */
  readonly watched: ServiceDashboardArgs;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: CrudApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("CrudApi", name, {}, opts);
    refuseMistakes(`CrudApi "${name}"`, mistakesIn(args));
    this.table = createTable(name, args, this);
    this.functions = createFunctions(name, args, this.table, this);
    const { entity, cursorKey, routes, ...api } = args;
    this.api = new RestApi(
      `${name}-api`,
      { ...api, routes: { ...crudRoutes(entity, this.functions), ...routes } },
      { parent: this },
    );
    this.url = this.api.url;
    this.watched = { apis: [this.api], functions: Object.values(this.functions), tables: [this.table] };
    this.registerOutputs({ url: this.url });
  }
}

function createTable(name: string, { defaults }: CrudApiArgs, parent: pulumi.Resource): SecureTable {
  return new SecureTable(
    name,
    {
      defaults,
      partitionKey: "pk",
      sortKey: "sk",
      indexes: { byCreation: { partitionKey: "gsi1pk", sortKey: "gsi1sk" } },
      timeToLive: "expiresAt",
    },
    { parent },
  );
}

/** Each function may do exactly what its operation needs; nothing scans. */
function createFunctions(
  name: string,
  { defaults, entity, cursorKey, cors }: CrudApiArgs,
  table: SecureTable,
  parent: pulumi.Resource,
): Record<CrudOperation, AlarmedFunction> {
  const environment = { CORS_ALLOWED_ORIGINS: cors?.allowedOrigins.join(",") ?? "" };
  const schemas = { entitySchema: entity.schema };
  const make = (operation: CrudOperation, args: Pick<AlarmedFunctionArgs, "links" | "schemas">) =>
    new AlarmedFunction(
      `${name}-${operation}`,
      {
        ...args,
        defaults,
        description: `${operation} of ${entity.name}`,
        entry: `handlers/crud/${operation}.ts`,
        environment: { POWERTOOLS_SERVICE_NAME: name, ...environment },
      },
      { parent },
    );
  return {
    create: make("create", { links: { ENTITY_TABLE: table.link(["get", "put"]) }, schemas }),
    list: make("list", {
      links: {
        ENTITY_TABLE: table.link("query", { table: false }),
        CURSOR_KEY_SECRET_ARN: cursorKey.link("read"),
      },
    }),
    get: make("get", { links: { ENTITY_TABLE: table.link("get") } }),
    update: make("update", { links: { ENTITY_TABLE: table.link("update") }, schemas }),
    delete: make("delete", { links: { ENTITY_TABLE: table.link("delete") } }),
  };
}

function crudRoutes(
  entity: EntityArgs,
  handlers: Readonly<Record<CrudOperation, AlarmedFunction>>,
): Record<string, RouteArgs> {
  const { name, plural = `${name}s`, schema } = entity;
  const id = name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
  const answer = schema.extend(OWN_PROPERTIES).meta({ id });
  const one = (description: string) => ({ description, schema: answer });
  const unknown = { 404: { description: `There is no such ${name}.` } };
  const conflict = { 412: { description: `The ${name} is no longer as the client believes.` } };
  const page = z
    .strictObject({ items: z.array(answer), nextCursor: z.string().optional() })
    .meta({ id: `${id}List` });
  return {
    [`POST /${plural}`]: {
      handler: handlers.create,
      summary: `Creates a ${name}.`,
      body: schema,
      headers: IDEMPOTENCY_KEY,
      responses: { 201: one(`The ${name}.`) },
    },
    [`GET /${plural}`]: {
      handler: handlers.list,
      summary: `Lists ${plural}, page by page.`,
      query: PAGES,
      responses: { 200: { description: `A page of ${plural}.`, schema: page } },
    },
    [`GET /${plural}/{id}`]: {
      handler: handlers.get,
      summary: `Reads a ${name}.`,
      responses: { 200: one(`The ${name}.`), ...unknown },
    },
    [`PUT /${plural}/{id}`]: {
      handler: handlers.update,
      summary: `Replaces a ${name}.`,
      body: schema,
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
  const reserved = Object.keys(OWN_PROPERTIES)
    .filter((property) => property in entity.schema.shape)
    .map((property) => ({
      propertyPath: `entity.schema.${property}`,
      reason: "is a property that the API itself gives every entity; choose another name",
    }));
  return [...badNames, ...reserved, ...taken];
}
