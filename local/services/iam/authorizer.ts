/** Who may do what: the function behind `Cloud.authorize`, from the IAM resources of the program. */
import { type Clock, wallClock } from "../../core/clock.ts";
import type { Resource } from "../../core/graph.ts";
import type { Log } from "../../core/log.ts";
import type { Permission, Principal } from "../../core/service.ts";
import { accessDenied, componentOf, roleName } from "./denial.ts";
import type { Decision, Question } from "./evaluator.ts";
import { type Role, rolesOf } from "./identity-policies.ts";
import { judgeRole, judgeService, type Verdict } from "./judgement.ts";
import { type RecordedCheck, RecordedChecks } from "./recorded-checks.ts";
import { type ResourcePolicies, resourcePoliciesOf } from "./resource-policies.ts";
import type { Context } from "./variables.ts";

/** How often a statement granted an action to a role or service. */
export interface Usage {
  /** Name of the role, or service principal. */
  readonly principal: string;
  readonly policy: string;
  /** `Sid`, or the statement's number in its policy. */
  readonly statement: string;
  readonly action: string;
  readonly count: number;
}

/** An action that a principal was refused. */
export interface Denial {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly count: number;
}

export interface Authorizer {
  /** Throws an `AwsError` when one of the permissions is not granted. The user may do everything. */
  authorize(principal: Principal, permissions: readonly Permission[]): void;
  /** Which statements were needed so far. */
  usage(): readonly Usage[];
  /** What was refused so far. */
  denials(): readonly Denial[];
  /** What roles were granted so far, each kind of call once. */
  checks(): readonly RecordedCheck[];
}

/**
 * Roles are granted what their identity policies or the resource's own policy allow, services what the resource's
 * policy allows. An explicit Deny of either wins.
 * @param resources the resources of the program; policies are read anew when they change
 */
export function createAuthorizer(
  resources: () => readonly Resource[],
  log: Log,
  clock: Clock = wallClock,
): Authorizer {
  const authorizer = new PolicyAuthorizer(resources, log, clock);
  return {
    authorize: (principal, permissions) => authorizer.authorize(principal, permissions),
    usage: () => authorizer.usage(),
    denials: () => authorizer.denials(),
    checks: () => authorizer.checks(),
  };
}

/** The account of every local cloud. */
const ACCOUNT = "000000000000";

interface Compiled {
  readonly resources: readonly Resource[];
  readonly roles: ReadonlyMap<string, Role>;
  readonly resourcePolicies: ResourcePolicies;
  /** What was granted, with its count: it holds until the policies change. Undefined where the time has a say. */
  readonly granted: Map<string, Counted> | undefined;
}

type Counted = { -readonly [Name in keyof Usage]: Usage[Name] };

/** Grants that are remembered. */
const MAX_GRANTED = 10_000;

class PolicyAuthorizer {
  readonly #resources: () => readonly Resource[];
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #usage = new Map<string, Counted>();
  readonly #denials = new Map<string, Denial>();
  readonly #checks = new RecordedChecks();
  #compiled: Compiled | undefined;

  constructor(resources: () => readonly Resource[], log: Log, clock: Clock) {
    this.#resources = resources;
    this.#log = log;
    this.#clock = clock;
  }

  authorize(principal: Principal, permissions: readonly Permission[]): void {
    if (principal.kind === "user") return;
    const compiled = this.#compile();
    for (const permission of permissions) {
      const key = keyOf(principal, permission);
      const known = compiled.granted?.get(key);
      if (known) known.count += 1;
      else this.#remember(compiled, key, this.#judge(compiled, principal, permission));
    }
  }

  /** @throws AwsError when it is not granted */
  #judge(compiled: Compiled, principal: Principal, permission: Permission): Counted {
    const { roles, resourcePolicies } = compiled;
    const question = this.#question(compiled, principal, permission);
    const verdict =
      principal.kind === "role"
        ? judgeRole(roles.get(principal.arn), resourcePolicies, question)
        : judgeService(principal.arn, resourcePolicies, question);
    if (!verdict.granted) throw this.#deny(compiled, principal, permission, verdict);
    return this.#count(principal, question, verdict.granted);
  }

  #remember({ granted }: Compiled, key: string, count: Counted): void {
    if (granted && granted.size >= MAX_GRANTED) granted.clear();
    granted?.set(key, count);
  }

  usage(): readonly Usage[] {
    return [...this.#usage.values()].map((usage) => ({ ...usage }));
  }

  denials(): readonly Denial[] {
    return [...this.#denials.values()];
  }

  checks(): readonly RecordedCheck[] {
    return this.#checks.all();
  }

  #compile(): Compiled {
    const resources = this.#resources();
    if (!this.#compiled || !sameMembers(this.#compiled.resources, resources)) {
      const [roles, resourcePolicies] = [rolesOf(resources), resourcePoliciesOf(resources)];
      const granted = mentionTime(roles, resourcePolicies) ? undefined : new Map<string, Counted>();
      this.#compiled = { resources: [...resources], roles, resourcePolicies, granted };
    }
    return this.#compiled;
  }

  #question(compiled: Compiled, principal: Principal, permission: Permission): Question {
    const now = this.#clock.now();
    const common: Context = {
      "aws:CurrentTime": new Date(now).toISOString(),
      "aws:EpochTime": String(Math.floor(now / 1000)),
      // On AWS these calls come over TLS; here they never leave the machine.
      "aws:SecureTransport": "true",
      "aws:PrincipalIsAWSService": String(principal.kind === "service"),
      "aws:ViaAWSService": "false",
      ...regionOf(permission.resource),
    };
    const own: Context =
      principal.kind === "role"
        ? {
            "aws:PrincipalArn": principal.arn,
            "aws:PrincipalAccount": ACCOUNT,
            "aws:PrincipalType": "AssumedRole",
            ...tagsOf(compiled.roles.get(principal.arn)),
          }
        : { "aws:SourceAccount": ACCOUNT };
    return {
      action: permission.action,
      resource: permission.resource,
      context: { ...common, ...own, ...permission.context },
      caller: { kind: principal.kind === "role" ? "AWS" : "Service", name: principal.arn, account: ACCOUNT },
    };
  }

  #count(principal: Principal, question: Question, by: NonNullable<Decision["by"]>): Counted {
    const { action } = question;
    if (principal.kind === "role") this.#checks.add(principal.arn, question, by);
    const name = principal.kind === "role" ? roleName(principal.arn) : principal.arn;
    const key = [name, by.policy, by.statement, action].join("\n");
    const usage = this.#usage.get(key) ?? { principal: name, ...by, action, count: 0 };
    usage.count += 1;
    this.#usage.set(key, usage);
    return usage;
  }

  #countDenial({ kind, arn }: Principal, { action, resource }: Permission): void {
    const name = kind === "role" ? roleName(arn) : arn;
    const key = [name, action, resource].join("\n");
    const count = (this.#denials.get(key)?.count ?? 0) + 1;
    this.#denials.set(key, { principal: name, action, resource, count });
  }

  #deny(compiled: Compiled, principal: Principal, permission: Permission, verdict: Verdict): Error {
    const reason = verdict.reason ?? "";
    this.#countDenial(principal, permission);
    const role = compiled.roles.get(principal.arn);
    const where = role
      ? `role ${role.name} of ${componentOf(role.resource, compiled.resources)}`
      : principal.arn;
    const notes = verdict.notes.length > 0 ? ` Note: ${[...new Set(verdict.notes)].join("; ")}.` : "";
    this.#log({
      kind: "warning",
      source: "iam",
      message: `Denied: ${permission.action} on ${permission.resource} to ${where}, ${reason}.${notes}`,
    });
    return accessDenied({ principal, permission, reason });
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function regionOf(resourceArn: string): Context {
  const region = resourceArn.split(":")[3];
  return region ? { "aws:RequestedRegion": region } : {};
}

function tagsOf(role: Role | undefined): Context {
  const tags = Object.entries(role?.resource.outputs.tagsAll ?? role?.resource.outputs.tags ?? {});
  return Object.fromEntries(tags.map(([name, value]) => [`aws:PrincipalTag/${name}`, String(value)]));
}

/** All that a decision depends on beside the policies and the time. */
function keyOf({ kind, arn }: Principal, { action, resource, context }: Permission): string {
  const key = `${kind} ${arn}\n${action}\n${resource}`;
  return context === undefined ? key : `${key}\n${JSON.stringify(context)}`;
}

/** Whether a decision may become another one by itself. */
function mentionTime(roles: ReadonlyMap<string, Role>, resourcePolicies: ResourcePolicies): boolean {
  const ofRoles = [...roles.values()].map(({ policies, boundary }) => [policies, boundary]);
  return /aws:(?:CurrentTime|EpochTime)/i.test(JSON.stringify([ofRoles, [...resourcePolicies.values()]]));
}

function sameMembers(left: readonly Resource[], right: readonly Resource[]): boolean {
  return left.length === right.length && left.every((resource, index) => resource === right[index]);
}
