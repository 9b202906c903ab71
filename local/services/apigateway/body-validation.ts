/**
 * Validation of a request's body against the model for its content type.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */
import { isIPv4, isIPv6 } from "node:net";
import Ajv from "ajv-draft-04";
import { UserError } from "../../core/errors.ts";
import type { Exchange } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";
import { headerOf } from "./incoming.ts";
import { mediaType } from "./media-types.ts";
import type { Method, RestApi } from "./model.ts";
import { modelReference } from "./model.ts";
import { describeErrors } from "./validation-messages.ts";

/** Throws BAD_REQUEST_BODY when the body does not match. */
export type BodyValidation = (exchange: Exchange) => void;

const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DATE_TIME = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,12})?(Z|[+-]\d\d:?\d\d)$/;

/** The formats that API Gateway's validator checks; it takes other formats for comments. */
const FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  date: isDate,
  "date-time": (value) => isDate(DATE_TIME.exec(value)?.[1] ?? ""),
  email: (value) => /^[^\s@]+@[^\s@]+$/.test(value),
  hostname: (value) =>
    /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/i.test(value),
  ipv4: isIPv4,
  ipv6: isIPv6,
  regex: isRegex,
  uri: (value) => URL.canParse(value),
  uuid: (value) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value),
};

const OPTIONS = {
  allErrors: true,
  verbose: true,
  strict: false,
  unicodeRegExp: false,
  formats: FORMATS,
  logger: false,
} as const;

/** Knows what a schema may look like, for the models of all APIs. */
const grammar = new Ajv.default(OPTIONS);

/** Validates bodies with the models of an API, each compiled when the first request needs it: it takes milliseconds. */
export class BodyValidations {
  readonly #api: RestApi;
  /** By reference. */
  readonly #models: ReadonlyMap<string, object>;
  readonly #ajv = new Ajv.default({ ...OPTIONS, meta: false, validateSchema: false });

  constructor(api: RestApi) {
    this.#api = api;
    const models = Object.entries(api.models);
    this.#models = new Map(
      models.map(([name, schema]) => [modelReference(api.id, name), withoutNullable(schema)]),
    );
    for (const [reference, schema] of this.#models) this.#ajv.addSchema(schema, reference);
  }

  /** @throws UserError when a model is not a JSON schema of draft 4 */
  of(method: Method): BodyValidation | undefined {
    const models = Object.entries(method.requestModels);
    if (!method.validateBody || models.length === 0) return undefined;
    const schemas = new Map(models.map(([type, schema]) => [type, this.#checked(method, type, schema)]));
    return (exchange) => {
      const type = mediaType(headerOf(exchange.request, "content-type")) ?? "application/json";
      const schema = schemas.get(type) ?? schemas.get("$default");
      // A body of a type that no model is for passes as it is.
      if (!schema) return;
      const body = parse(exchange.body);
      // Compiled once for each schema.
      const validate = this.#ajv.compile(schema);
      if (!validate(body)) throw invalidBody(describeErrors(validate.errors ?? []));
    };
  }

  #checked(method: Method, type: string, model: object): object {
    const schema = withoutNullable(model);
    try {
      grammar.validateSchema(schema, true);
      for (const reference of referencesIn(schema))
        if (!this.#leads(reference, schema)) throw new Error(`can't resolve reference ${reference}`);
      return schema;
    } catch (error) {
      const where = `${method.httpMethod} ${method.path} of API ${this.#api.name}`;
      throw new UserError(
        `Invalid model schema for ${type} of ${where}: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  /** Whether a reference leads to a model of the API or to a part of one; `#…` to a part of the schema that it stands in. */
  #leads(reference: string, schema: object): boolean {
    const [base = "", pointer = ""] = reference.split("#");
    const target: unknown = base === "" ? schema : this.#models.get(base);
    const part = pointer
      .split("/")
      .slice(1)
      .map((key) => decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~"))
      .reduce<unknown>(
        (whole, key) => (whole as Readonly<Record<string, unknown>> | undefined)?.[key],
        target,
      );
    return part !== undefined;
  }
}

/** Values of all `$ref`. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    key === "$ref" && typeof part === "string" ? [part] : referencesIn(part),
  );
}

/** No body counts as an empty object. */
function parse(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw invalidBody("[the body is not valid JSON]");
  }
}

function invalidBody(validation: string): GatewayError {
  return new GatewayError("BAD_REQUEST_BODY", "Invalid request body", { validation });
}

/** API Gateway does not know OpenAPI's `nullable`; the JSON-schema library does, unless it is taken away. */
function withoutNullable(schema: object): object {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === "nullable" && typeof value === "boolean" ? undefined : value,
  );
}

function isDate(value: string): boolean {
  return DATE.test(value) && new Date(`${value}T00:00:00Z`).toISOString().startsWith(value);
}

function isRegex(value: string): boolean {
  try {
    new RegExp(value);
    return true;
  } catch {
    return false;
  }
}
