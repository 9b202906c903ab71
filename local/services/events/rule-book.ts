/** The buses, rules and targets of the program. */
import { UserError } from "../../core/errors.ts";
import type { Properties, Resource, Value } from "../../core/graph.ts";
import { compilePattern } from "../../core/matcher.ts";
import { DEFAULT_EVENT_AGE_SECONDS, DEFAULT_RETRY_ATTEMPTS, type RetryLimits } from "../../core/retries.ts";
import { parseSchedule, type Schedule } from "../../core/schedule.ts";
import type { HttpTarget } from "./api-destinations.ts";
import { type InputRules, readInputRules } from "./input.ts";
import { busNameOf } from "./outputs.ts";

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly bus: string;
  readonly description: string | undefined;
  readonly enabled: boolean;
  /** JSON text, as the program wrote it. */
  readonly pattern: string | undefined;
  /** Whether an event matches the rule's pattern; a rule with a schedule only matches none. */
  readonly matches: (event: unknown) => boolean;
  readonly scheduleExpression: string | undefined;
  readonly schedule: Schedule | undefined;
}

export interface Target extends RetryLimits {
  readonly id: string;
  readonly arn: string;
  /** `<bus>/<rule name>` */
  readonly rule: string;
  readonly roleArn: string | undefined;
  readonly input: InputRules;
  readonly deadLetterArn: string | undefined;
  readonly messageGroupId: string | undefined;
  readonly http: HttpTarget;
}

export class RuleBook {
  readonly #buses = new Set(["default"]);
  readonly #rules = new Map<string, Rule>();
  readonly #targets = new Map<string, Target>();

  get rules(): readonly Rule[] {
    return [...this.#rules.values()];
  }

  hasBus(name: string): boolean {
    return this.#buses.has(name);
  }

  addBus(resource: Resource): void {
    this.#buses.add(text(resource.outputs.name) ?? "");
  }

  removeBus(resource: Resource): void {
    this.#buses.delete(text(resource.outputs.name) ?? "");
  }

  addRule(resource: Resource): void {
    const rule = readRule(resource);
    this.#rules.set(`${rule.bus}/${rule.name}`, rule);
  }

  removeRule(resource: Resource): void {
    this.#rules.delete(`${busNameOf(resource.outputs.eventBusName)}/${text(resource.outputs.name)}`);
  }

  addTarget(resource: Resource): void {
    this.#targets.set(resource.id, readTarget(resource));
  }

  removeTarget(resource: Resource): void {
    this.#targets.delete(resource.id);
  }

  /** The rule with this name; without a bus, on whichever bus it stands. */
  find(name: string, bus?: string): Rule | undefined {
    return this.rules.find((rule) => rule.name === name && (bus === undefined || rule.bus === bus));
  }

  /** The enabled rules of a bus whose pattern an event matches. */
  matching(bus: string, event: unknown): Rule[] {
    return this.rules.filter((rule) => rule.enabled && rule.bus === bus && rule.matches(event));
  }

  targetsOf(rule: Rule): Target[] {
    const key = `${rule.bus}/${rule.name}`;
    return [...this.#targets.values()].filter((target) => target.rule === key);
  }
}

function readRule(resource: Resource): Rule {
  const { name, arn, description, eventPattern, scheduleExpression, state, isEnabled } = resource.outputs;
  const pattern = text(eventPattern);
  const expression = text(scheduleExpression);
  return {
    name: text(name) ?? "",
    arn: text(arn) ?? "",
    bus: busNameOf(resource.outputs.eventBusName),
    description: text(description),
    enabled: state === undefined ? isEnabled !== false : state !== "DISABLED",
    pattern,
    matches: pattern === undefined ? () => false : compile(resource, pattern),
    scheduleExpression: expression,
    schedule: expression === undefined ? undefined : readSchedule(resource, expression),
  };
}

function readSchedule(resource: Resource, expression: string): Schedule {
  try {
    return parseSchedule(expression);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`Rule "${resource.name}": Parameter ScheduleExpression is not valid. ${reason}`);
  }
}

function compile(resource: Resource, pattern: string): (event: unknown) => boolean {
  try {
    return compilePattern(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`The event pattern of rule "${resource.name}" is not valid: ${reason}`);
  }
}

function readTarget(resource: Resource): Target {
  const { outputs } = resource;
  const retry = object(outputs.retryPolicy);
  return {
    id: text(outputs.targetId) ?? "",
    arn: text(outputs.arn) ?? "",
    rule: `${busNameOf(outputs.eventBusName)}/${text(outputs.rule)}`,
    roleArn: text(outputs.roleArn),
    input: readInputRules(resource),
    deadLetterArn: text(object(outputs.deadLetterConfig).arn),
    maximumEventAgeInSeconds: Number(retry.maximumEventAgeInSeconds ?? DEFAULT_EVENT_AGE_SECONDS),
    maximumRetryAttempts: Number(retry.maximumRetryAttempts ?? DEFAULT_RETRY_ATTEMPTS),
    messageGroupId: text(object(outputs.sqsTarget).messageGroupId),
    http: readHttpTarget(object(outputs.httpTarget)),
  };
}

function readHttpTarget({
  pathParameterValues,
  headerParameters,
  queryStringParameters,
}: Properties): HttpTarget {
  const strings = (value: Value | undefined): Record<string, string> =>
    Object.fromEntries(Object.entries(object(value)).map(([name, item]) => [name, String(item)]));
  return {
    path: Array.isArray(pathParameterValues) ? pathParameterValues.map(String) : [],
    headers: strings(headerParameters),
    query: strings(queryStringParameters),
  };
}

function text(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function object(value: Value | undefined): Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Properties) : {};
}
