/** The stack's configuration: read once, checked in one place, every mistake reported at once. */
import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { appointments } from "./settings/appointments.ts";
import { type SettingsOf, type SystemDefinition, secretKey } from "./settings/definition.ts";
import { fleet } from "./settings/fleet.ts";
import { moves } from "./settings/moves.ts";
import { records } from "./settings/records.ts";
import { tasks } from "./settings/tasks.ts";

/** The systems of this program, in the order in which they are composed. */
const SYSTEMS = { records, tasks, appointments, fleet, moves };

type SystemName = keyof typeof SYSTEMS;

const SYSTEM_NAMES = Object.keys(SYSTEMS) as SystemName[];

/** Days that CloudWatch Logs can keep logs: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const origin = z.url({ protocol: /^https?$/ }).refine((value) => new URL(value).origin === value, {
  error: "must be an origin such as https://app.example.com, without path or trailing slash",
});

/** What all systems share. */
const commonSchema = z.strictObject({
  /** The systems that this stack has. */
  systems: z.array(z.enum(SYSTEM_NAMES)).default(SYSTEM_NAMES),
  /** Protects data (deletion protection, backups, versioning) and keeps logs for long. */
  production: z.boolean().default(false),
  logRetentionDays: z
    .int()
    .refine((days) => RETENTION_DAYS.includes(days), { error: `must be one of ${RETENTION_DAYS.join(", ")}` })
    .optional(),
  /** Alarms of every function, queue and API, or only the essential ones; by default all in production only. */
  alarms: z.enum(["all", "essential"]).optional(),
  /** Who gets an e-mail when an alarm fires. */
  alertEmails: z.array(z.email()).max(50).default([]),
  /** US dollars that the whole account may cost in a month before somebody is told; 0 for no limit. */
  monthlyBudget: z.number().min(0).max(1_000_000).default(120),
  /** Origins of the web pages that may call the APIs from a browser. */
  allowedOrigins: z.array(origin).max(20).default([]),
});

type CommonSettings = Omit<z.infer<typeof commonSchema>, "systems" | "logRetentionDays" | "alarms"> & {
  readonly logRetentionDays: number;
  readonly alarms: "all" | "essential";
};

/** A system that the stack does not have is left out. */
export type Settings = Readonly<CommonSettings> & {
  readonly [Name in SystemName]?: SettingsOf<(typeof SYSTEMS)[Name]>;
};

/** One mistake of the configuration. */
export interface SettingsProblem {
  /** Path below the project's namespace, such as `tasks.ratePerSecond`. */
  readonly key: string;
  /** What is wrong and what is allowed. */
  readonly message: string;
  /** True when the value must be set as a secret. */
  readonly secret: boolean;
}

/** The configuration values of one stack, as Pulumi hands them over: text; structured values as JSON. */
type Values = Readonly<Record<string, string>>;

/**
 * Checks the configuration of one stack.
 * @returns the settings, or everything that is wrong with them
 */
export function parseSettings(
  values: Values,
): { readonly settings: Settings } | { readonly problems: readonly SettingsProblem[] } {
  const problems: SettingsProblem[] = [];
  const common = checkCommon(values, problems);
  const systems: Record<string, unknown> = {};
  for (const [system, definition] of Object.entries<SystemDefinition>(SYSTEMS)) {
    const isOn = common?.systems.some((name) => name === system) ?? true;
    const settings = isOn || values[system] ? checkSystem(system, definition, values, problems) : undefined;
    if (isOn && settings) systems[system] = settings;
  }
  if (!common || problems.length > 0) return { problems };
  const { systems: _names, ...rest } = common;
  const logRetentionDays = rest.logRetentionDays ?? (rest.production ? 365 : 7);
  const alarms = rest.alarms ?? (rest.production ? "all" : "essential");
  return { settings: { ...rest, logRetentionDays, alarms, ...systems } };
}

/** The settings of the running stack. */
export function readSettings(): Settings {
  const project = pulumi.getProject();
  const values = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(`${project}:`))
      .map(([key, value]) => [key.slice(project.length + 1), value]),
  );
  const result = parseSettings(values);
  if ("settings" in result) return result.settings;
  throw new pulumi.RunError(describe(result.problems, project, pulumi.getStack()));
}

/** All problems as one message: the key, what is wrong, the command that mends it. */
export function describe(problems: readonly SettingsProblem[], project: string, stack: string): string {
  const lines = problems.map(
    ({ key, message, secret }) =>
      `  ${project}:${key} ${message}\n    mend it with: npx pulumi config set ${secret ? "--secret" : "--path"} '${key}' <value> --stack ${stack}`,
  );
  return `The configuration of stack ${stack} (Pulumi.${stack}.yaml) has ${problems.length} problem(s):\n${lines.join("\n")}`;
}

function checkCommon(values: Values, problems: SettingsProblem[]) {
  const ofSystems = Object.entries<SystemDefinition>(SYSTEMS).flatMap(([system, { secrets }]) => [
    system,
    ...Object.keys(secrets).map((secret) => secretKey(system, secret)),
  ]);
  const entries = Object.entries(values).filter(([key]) => !ofSystems.includes(key));
  const parsed = commonSchema.safeParse(
    Object.fromEntries(entries.map(([key, text]) => [key, structured(text)])),
  );
  problems.push(...(parsed.error?.issues ?? []).flatMap((issue) => problemsOf(issue)));
  return parsed.data;
}

/** A system's own keys and secrets; undefined when something is wrong with them. */
function checkSystem(
  system: string,
  { schema, secrets }: SystemDefinition,
  values: Values,
  problems: SettingsProblem[],
): object | undefined {
  const value = structured(values[system] ?? "{}");
  const parsed = schema.safeParse(value, { reportInput: true });
  const found = (parsed.error?.issues ?? []).flatMap((issue) => problemsOf(issue, system));
  const given: Record<string, pulumi.Output<string>> = {};
  for (const [name, need] of Object.entries(secrets)) {
    const key = secretKey(system, name);
    if (values[key]) given[name] = pulumi.secret(values[key]);
    else if (need === "required") found.push({ key, message: missingFor(system), secret: true });
  }
  problems.push(...found);
  return parsed.success && found.length === 0 ? Object.assign({}, parsed.data, given) : undefined;
}

function structured(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function problemsOf(issue: z.core.$ZodIssue, system?: string): SettingsProblem[] {
  const path = system === undefined ? issue.path : [system, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      key: pathOf([...path, key]),
      message: "is not a known key",
      secret: false,
    }));
  }
  const isMissing = system !== undefined && issue.input === undefined;
  const message = isMissing ? missingFor(system) : `is not valid: ${issue.message}`;
  return [{ key: pathOf(path), message, secret: false }];
}

function missingFor(system: string): string {
  return `is missing, and system ${system} needs it`;
}

/** `["alertEmails", 0]` → `alertEmails[0]`, as `pulumi config set --path` takes it. */
function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}
