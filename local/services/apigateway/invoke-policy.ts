/**
 * Policies for `execute-api:Invoke`: those that Lambda authorizers answer, and resource policies of APIs.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-policy-language-overview.html
 */
import { notSupported } from "../../core/errors.ts";
import type { JsonObject } from "./json.ts";
import { isObject } from "./json.ts";

export type Decision = "allow" | "deny" | "implicit-deny";

/** @param arn of the method called. Refuses nothing but what matches. */
export type InvokePolicy = (arn: string) => Decision;

interface Statement {
  readonly effect: "allow" | "deny";
  readonly resources: readonly RegExp[];
}

/**
 * @param document a policy document, parsed
 * @param owner for messages
 * @throws AwsError NotImplemented for what is not evaluated here; Error for what is no policy
 */
export function compilePolicy(document: unknown, owner: string): InvokePolicy {
  if (!isObject(document)) throw new Error(`The policy of ${owner} is not an object.`);
  const raw = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  const statements = raw.flatMap((statement) => compileStatement(statement, owner));
  return (arn) => {
    const matching = statements.filter(({ resources }) => resources.some((pattern) => pattern.test(arn)));
    if (matching.some(({ effect }) => effect === "deny")) return "deny";
    return matching.length > 0 ? "allow" : "implicit-deny";
  };
}

function compileStatement(statement: unknown, owner: string): Statement[] {
  if (!isObject(statement)) throw new Error(`The policy of ${owner} has a statement that is no object.`);
  refuseUnsupported(statement, owner);
  const { Effect: effect, Action: action, Resource: resource } = statement;
  if ((effect !== "Allow" && effect !== "Deny") || !action || !resource)
    throw new Error(`The policy of ${owner} has a statement without Effect, Action or Resource.`);
  const isForInvoke = texts(action).some((name) => wildcard(name, "i").test("execute-api:Invoke"));
  if (!isForInvoke) return [];
  return [
    {
      effect: effect === "Allow" ? "allow" : "deny",
      resources: texts(resource).map((name) => wildcard(name)),
    },
  ];
}

function refuseUnsupported(statement: JsonObject, owner: string): void {
  for (const member of ["Condition", "NotAction", "NotResource", "NotPrincipal"])
    if (statement[member] !== undefined)
      throw notSupported("apigateway", `${member} in the policy of ${owner}`);
  const { Principal: principal } = statement;
  const isEveryone = isObject(principal) ? texts(principal.AWS).includes("*") : (principal ?? "*") === "*";
  if (!isEveryone) throw notSupported("apigateway", `Principal in the policy of ${owner}`);
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

function wildcard(pattern: string, flags = ""): RegExp {
  const escaped = pattern.replace(/[\\^$.+()[\]{}|/-]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, `${flags}s`);
}
