/** The Parameter Store API. https://docs.aws.amazon.com/systems-manager/latest/APIReference/ */
import { AwsError } from "../../core/errors.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import { DEFAULT_KEY, parameterArn } from "./outputs.ts";
import { invalid, type Parameter, type ParameterSettings, type ParameterStore } from "./store.ts";

const MAX_NAMES = 10;
const MAX_PATH_PAGE = 10;
const MAX_DESCRIBE_PAGE = 50;

/** Throws unless the caller may do this with the parameters of these names or ARNs. */
type Authorize = (call: AwsCall, action: string, ids: readonly string[]) => void;

export function operations(cloud: Cloud, store: ParameterStore): JsonOperations {
  const authorize: Authorize = (call, action, ids) => {
    const arnOf = (id: string): string => (id.startsWith("arn:") ? id : parameterArn(cloud.world, id));
    cloud.authorize(
      call.principal,
      ids.map((id) => ({ action: `ssm:${action}`, resource: arnOf(id) })),
    );
  };
  return {
    ...readOperations(store, authorize),
    ...listOperations(cloud, store, authorize),
    ...writeOperations(cloud, store, authorize),
  };
}

function readOperations(store: ParameterStore, authorize: Authorize): JsonOperations {
  return {
    GetParameter: (input, call) => {
      const { id, selector } = referenceOf(required(input, "Name"));
      authorize(call, "GetParameter", [id]);
      const parameter = existing(store, id);
      if (!hasVersion(parameter, selector)) {
        const message = `Systems Manager could not find version ${selector} of ${parameter.name}. Verify the version and try again.`;
        throw new AwsError("ParameterVersionNotFound", message);
      }
      return { Parameter: shown(parameter, input, selector) };
    },
    GetParameters: (input, call) => {
      const names = Array.isArray(input.Names) ? [...new Set(input.Names.map(String))] : [];
      if (names.length === 0 || names.length > MAX_NAMES) {
        throw invalid(`Names must have between 1 and ${MAX_NAMES} members.`);
      }
      const references = names.map((name) => ({ name, ...referenceOf(name) }));
      authorize(
        call,
        "GetParameters",
        references.map(({ id }) => id),
      );
      const found = references.map(({ name, id, selector }) => {
        const parameter = store.find(id);
        const isThere = parameter !== undefined && hasVersion(parameter, selector);
        return { name, parameter: isThere ? shown(parameter, input, selector) : undefined };
      });
      return {
        Parameters: found.flatMap(({ parameter }) => parameter ?? []),
        InvalidParameters: found.filter(({ parameter }) => !parameter).map(({ name }) => name),
      };
    },
  };
}

function listOperations(cloud: Cloud, store: ParameterStore, authorize: Authorize): JsonOperations {
  return {
    GetParametersByPath: (input, call) => {
      const path = required(input, "Path");
      authorize(call, "GetParametersByPath", [path]);
      refuse(input, "GetParametersByPath", ["ParameterFilters"]);
      if (!path.startsWith("/")) throw invalid(`The path ${path} must begin with a slash.`);
      const prefix = path.endsWith("/") ? path : `${path}/`;
      const below = store.all.filter(({ name }) => {
        const full = name.startsWith("/") ? name : `/${name}`;
        return (
          full.startsWith(prefix) && (input.Recursive === true || !full.slice(prefix.length).includes("/"))
        );
      });
      const { items, next } = page(below, input, MAX_PATH_PAGE);
      return { Parameters: items.map((parameter) => shown(parameter, input)), ...next };
    },
    DescribeParameters: (input, call) => {
      const { region, account } = cloud.world;
      const resource = `arn:aws:ssm:${region}:${account}:*`;
      cloud.authorize(call.principal, [{ action: "ssm:DescribeParameters", resource }]);
      refuse(input, "DescribeParameters", ["Filters", "ParameterFilters", "Shared"]);
      const { items, next } = page(store.all, input, MAX_DESCRIBE_PAGE);
      return { Parameters: items.map(described), ...next };
    },
  };
}

function writeOperations(cloud: Cloud, store: ParameterStore, authorize: Authorize): JsonOperations {
  return {
    PutParameter: (input, call) => {
      const name = required(input, "Name");
      authorize(call, "PutParameter", [name]);
      refuse(input, "PutParameter", ["Policies"]);
      const known = store.find(name);
      if (known && input.Overwrite !== true) {
        const message =
          "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.";
        throw new AwsError("ParameterAlreadyExists", message);
      }
      const settings = settingsOf(input, known);
      const { version, tier } = store.put(name, parameterArn(cloud.world, name), settings);
      return { Version: version, Tier: tier };
    },
    DeleteParameter: (input, call) => {
      const name = required(input, "Name");
      authorize(call, "DeleteParameter", [name]);
      store.remove(existing(store, name).name);
      return {};
    },
  };
}

/** Splits `name:selector` or `arn:…:parameter/name:selector`. */
function referenceOf(text: string): { id: string; selector: string | undefined } {
  const found = /^(arn:[^:]*:ssm:[^:]*:[^:]*:[^:]+|[^:]+)(?::([^:]+))?$/.exec(text);
  if (!found?.[1]) throw invalid(`${text} is neither the name nor the ARN of a parameter.`);
  return { id: found[1], selector: found[2] };
}

function existing(store: ParameterStore, id: string): Parameter {
  const parameter = store.find(id);
  if (parameter) return parameter;
  throw new AwsError("ParameterNotFound", `Parameter ${id} not found.`);
}

function hasVersion({ name, version }: Parameter, selector: string | undefined): boolean {
  if (selector === undefined || selector === String(version)) return true;
  if (!/^[1-9]\d*$/.test(selector) || Number(selector) > version) return false;
  const message = `The local cloud keeps the current version (${version}) of the parameter ${name} only.`;
  throw new AwsError("NotImplemented", `${message} Version ${selector} can be read on AWS.`, 501);
}

function shown(parameter: Parameter, input: JsonInput, selector?: string): JsonInput {
  const { arn, name, type, value, version, changedAt, dataType } = parameter;
  const isHidden = type === "SecureString" && input.WithDecryption !== true;
  return {
    Name: name,
    Type: type,
    Value: isHidden ? cipherText(parameter) : value,
    Version: version,
    ...(selector === undefined ? {} : { Selector: `:${selector}` }),
    LastModifiedDate: changedAt / 1000,
    ARN: arn,
    DataType: dataType,
  };
}

/** Stands for what a KMS key would make of the value; it holds nothing of it. */
function cipherText({ name, version }: Parameter): string {
  return Buffer.from(`local cloud: encrypted value of ${name}, version ${version}`).toString("base64");
}

function described(parameter: Parameter): JsonInput {
  const { arn, name, type, keyId, description, allowedPattern, version, changedAt, tier, dataType } =
    parameter;
  return {
    Name: name,
    ARN: arn,
    Type: type,
    ...(type === "SecureString" ? { KeyId: keyId ?? DEFAULT_KEY } : {}),
    LastModifiedDate: changedAt / 1000,
    ...(description ? { Description: description } : {}),
    ...(allowedPattern ? { AllowedPattern: allowedPattern } : {}),
    Version: version,
    Tier: tier,
    Policies: [],
    DataType: dataType,
  };
}

/** A page token is the name that the page before ended with. */
function page(
  all: readonly Parameter[],
  input: JsonInput,
  largest: number,
): { items: readonly Parameter[]; next: JsonInput } {
  const size = Number(input.MaxResults ?? largest);
  if (!(Number.isInteger(size) && size >= 1 && size <= largest)) {
    throw invalid(`MaxResults must be between 1 and ${largest}.`);
  }
  const after = optional(input, "NextToken");
  const rest = after === undefined ? all : all.filter(({ name }) => name > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return { items, next: last && rest.length > size ? { NextToken: last.name } : {} };
}

function settingsOf(input: JsonInput, known: Parameter | undefined): ParameterSettings {
  const type = optional(input, "Type") ?? known?.type;
  if (type === undefined) throw invalid("A parameter type is required when you create a parameter.");
  const description = optional(input, "Description") ?? known?.description;
  const keyId = optional(input, "KeyId") ?? known?.keyId;
  const allowedPattern = optional(input, "AllowedPattern") ?? known?.allowedPattern;
  return {
    value: required(input, "Value"),
    type,
    dataType: optional(input, "DataType") ?? known?.dataType ?? "text",
    tier: optional(input, "Tier") ?? known?.tier ?? "Standard",
    ...(description === undefined ? {} : { description }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(allowedPattern === undefined ? {} : { allowedPattern }),
  };
}

function refuse(input: JsonInput, operation: string, members: readonly string[]): void {
  const given = members.find((member) => input[member] !== undefined);
  if (given === undefined) return;
  const message = `The local cloud does not support ${given} of ssm:${operation}. It works on AWS.`;
  throw new AwsError("NotImplemented", message, 501);
}

function required(input: JsonInput, name: string): string {
  const value = optional(input, name);
  if (value) return value;
  throw invalid(`${name} is required.`);
}

function optional(input: JsonInput, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" ? value : undefined;
}
