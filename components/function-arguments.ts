import { existsSync } from "node:fs";
import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { StackDefaults } from "./base.ts";
import type { FunctionCode } from "./function-code.ts";
import type { Link, PolicyStatement } from "./link.ts";
import type { Mistake } from "./mistakes.ts";
import { mistakesInStatements } from "./policy.ts";
import type { Transform } from "./transform.ts";

export interface AlarmedFunctionArgs extends FunctionCode {
  readonly defaults: StackDefaults;
  /** What the function does, in a sentence. */
  readonly description: string;
  /** What it uses, by the name of the environment variable that tells it where that is. */
  readonly links?: Readonly<Record<string, Link>>;
  /** Further environment variables; a secret is refused, since they can be read in the console: link a `Secret`. */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Grants without an environment variable. */
  readonly statements?: readonly PolicyStatement[];
  /** 1–900. @default 10 */
  readonly timeoutSeconds?: number;
  /** 128–10240; CPU grows with it. @default 256, in production 512 */
  readonly memoryMegabytes?: number;
  /** Most invocations at once, taken out of what the account has for all functions. @default no bound of its own */
  readonly reservedConcurrency?: number;
  /** Errors in a minute above which an alarm goes off. @default 5 */
  readonly maximumErrorsPerMinute?: number;
  readonly transform?: {
    readonly function?: Transform<aws.lambda.FunctionArgs>;
    readonly role?: Transform<aws.iam.RoleArgs>;
    readonly logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  };
}

/** Who invokes a function. */
export interface Caller {
  /** Such as `events.amazonaws.com`. */
  readonly principal: string;
  /** ARN of the one rule, topic, route … that may invoke it. */
  readonly sourceArn: pulumi.Input<string>;
  /** The caller does not wait for the answer. @default false */
  readonly async?: boolean;
}

/** Lambda's limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LIMITS = {
  timeoutSeconds: [1, 900],
  memoryMegabytes: [128, 10_240],
  reservedConcurrency: [1, 100_000],
  maximumErrorsPerMinute: [0, 1_000_000],
} as const;

/** Lambda adds 8 characters to names, which end at 64; the longest suffix of a child is `-function`. */
const LONGEST_NAME = 47;

/** All mistakes in the arguments of an AlarmedFunction. */
export function mistakesInFunction(name: string, args: AlarmedFunctionArgs): Mistake[] {
  return [
    ...mistakesInName(name),
    ...mistakesInCode(args),
    ...Object.entries(LIMITS).flatMap(([property, limits]) =>
      mistakesInNumber(property, args[property as keyof typeof LIMITS], limits),
    ),
    ...mistakesInVariables(args),
    ...mistakesInStatements("statements", args.statements ?? []),
  ];
}

/** All mistakes in who may invoke a function. */
export function mistakesInCaller({ principal, sourceArn }: Caller): Mistake[] {
  const mistakes: Mistake[] = [];
  if (!/^[a-z0-9.-]+\.amazonaws\.com$/.test(principal)) {
    mistakes.push({
      propertyPath: "principal",
      reason: `is "${principal}"; give a service such as sns.amazonaws.com`,
    });
  }
  if (sourceArn === "*" || sourceArn === "") {
    mistakes.push({
      propertyPath: "sourceArn",
      reason: `is "${sourceArn}"; give the ARN of the one resource that invokes`,
    });
  }
  return mistakes;
}

function mistakesInName(name: string): Mistake[] {
  if (name.length <= LONGEST_NAME && /^[A-Za-z0-9_-]+$/.test(name)) return [];
  const reason = `is "${name}"; use at most ${LONGEST_NAME} letters, digits, - and _`;
  return [{ propertyPath: "name", reason }];
}

function mistakesInCode({ entry, callback }: FunctionCode): Mistake[] {
  if ((entry === undefined) === (callback === undefined)) {
    return [{ propertyPath: "entry", reason: "or callback must be given, and not both" }];
  }
  if (entry === undefined) return [];
  if (!/^[^/\\].*\.[cm]?[jt]s$/.test(entry)) {
    const reason = `is "${entry}"; give the path of a module from the project root, such as handlers/tasks/create.ts`;
    return [{ propertyPath: "entry", reason }];
  }
  return existsSync(entry) ? [] : [{ propertyPath: "entry", reason: `is "${entry}"; there is no such file` }];
}

function mistakesInNumber(
  propertyPath: string,
  value: number | undefined,
  [lowest, highest]: readonly [number, number],
): Mistake[] {
  if (value === undefined || (Number.isInteger(value) && value >= lowest && value <= highest)) return [];
  return [{ propertyPath, reason: `is ${value}; give a whole number, ${lowest} to ${highest}` }];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
function mistakesInVariables({ links = {}, environment = {} }: AlarmedFunctionArgs): Mistake[] {
  const paths = [
    ...Object.keys(links).map((variable) => ({ variable, propertyPath: `links.${variable}` })),
    ...Object.keys(environment).map((variable) => ({ variable, propertyPath: `environment.${variable}` })),
  ];
  const wrong = paths.flatMap(({ variable, propertyPath }) => {
    if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(variable)) {
      return [{ propertyPath, reason: "is no name of an environment variable; use letters, digits and _" }];
    }
    if (/^(AWS_|LAMBDA_|_)/.test(variable))
      return [{ propertyPath, reason: "is a name that Lambda reserves" }];
    return [];
  });
  const twice = Object.keys(environment)
    .filter((variable) => variable in links)
    .map((variable) => ({ propertyPath: `environment.${variable}`, reason: "is also a link; give it once" }));
  return [...wrong, ...twice];
}
