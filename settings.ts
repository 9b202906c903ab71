/** The stack's configuration: read once, checked in one place, every mistake reported at once. */
import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

/** The systems of this program, in the order in which they are composed. */
export const SYSTEMS = ["tasks"] as const;

export type SystemName = (typeof SYSTEMS)[number];

/** Days that CloudWatch Logs can keep logs: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const origin = z.url({ protocol: /^https?$/ }).refine((value) => new URL(value).origin === value, {
  error: "must be an origin such as https://app.example.com, without path or trailing slash",
});

const tasksSchema = z.strictObject({
  /** Who gets an e-mail for each task that is created through the API. */
  notifyEmails: z.array(z.email()).max(50).default([]),
  /** Who gets the report of each CSV import; by default the same people. */
  reportEmails: z.array(z.email()).max(50).optional(),
  /** Base URL of the classification service that the background worker asks. */
  serviceUrl: z.url({ protocol: /^https?$/ }),
  /** Requests per second of one API key, in the long run. */
  ratePerSecond: z.int().min(1).max(10_000).default(50),
  /** Requests that one API key may make at once above the rate. */
  burst: z.int().min(1).max(5_000).default(100),
  /** Requests per day of one API key. */
  dailyQuota: z.int().min(1).max(100_000_000).default(1_000_000),
});

const schema = z.strictObject({
  /** The systems that this stack has. */
  systems: z.array(z.enum(SYSTEMS)).default([...SYSTEMS]),
  /** Protects data (deletion protection, backups, versioning) and keeps logs for long. */
  production: z.boolean().default(false),
  logRetentionDays: z
    .int()
    .refine((days) => RETENTION_DAYS.includes(days), { error: `must be one of ${RETENTION_DAYS.join(", ")}` })
    .optional(),
  /** Who gets an e-mail when an alarm fires. */
  alertEmails: z.array(z.email()).max(50).default([]),
  /** Origins of the web pages that may call the APIs from a browser. */
  allowedOrigins: z.array(origin).max(20).default([]),
  tasks: tasksSchema.optional(),
  /** Secret: the key that the classification service asks for. */
  tasksServiceKey: z.string().min(1).optional(),
});

type Raw = z.infer<typeof schema>;

export interface TasksSettings {
  readonly notifyEmails: readonly string[];
  readonly reportEmails: readonly string[];
  readonly serviceUrl: string;
  readonly serviceKey: pulumi.Output<string>;
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly dailyQuota: number;
}

export interface Settings {
  readonly production: boolean;
  readonly logRetentionDays: number;
  readonly alertEmails: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Undefined when the stack does not have this system. */
  readonly tasks?: TasksSettings;
}

/** One mistake of the configuration. */
export interface SettingsProblem {
  /** Path below the project's namespace, such as `tasks.ratePerSecond`. */
  readonly key: string;
  /** What is wrong and what is allowed. */
  readonly message: string;
  /** True when the value must be set as a secret. */
  readonly secret: boolean;
}

/**
 * Checks the configuration values of one stack, as Pulumi hands them over (text; structured values as JSON).
 * @returns the settings, or everything that is wrong with them
 */
export function parseSettings(
  values: Readonly<Record<string, string>>,
): { readonly settings: Settings } | { readonly problems: readonly SettingsProblem[] } {
  const parsed = schema.safeParse(
    Object.fromEntries(Object.entries(values).map(([key, text]) => [key, fromText(key, text)])),
  );
  const problems = parsed.success ? [] : parsed.error.issues.flatMap(problemsOf);
  if (parsed.success) problems.push(...missingFor(parsed.data));
  if (!parsed.success || problems.length > 0) return { problems };
  return { settings: settingsOf(parsed.data) };
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

const TEXT_KEYS: readonly string[] = ["tasksServiceKey"];

function fromText(key: string, text: string): unknown {
  if (TEXT_KEYS.includes(key)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function problemsOf(issue: z.core.$ZodIssue): SettingsProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      key: pathOf([...issue.path, key]),
      message: "is not a known key",
      secret: false,
    }));
  }
  const key = pathOf(issue.path);
  return [{ key, message: `is not valid: ${issue.message}`, secret: TEXT_KEYS.includes(key) }];
}

/** `["alertEmails", 0]` → `alertEmails[0]`, as `pulumi config set --path` takes it. */
function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

function missingFor(raw: Raw): SettingsProblem[] {
  if (!raw.systems.includes("tasks")) return [];
  const problems: SettingsProblem[] = [];
  if (!raw.tasks)
    problems.push({
      key: "tasks.serviceUrl",
      message: "is missing, and system tasks needs it",
      secret: false,
    });
  if (!raw.tasksServiceKey)
    problems.push({ key: "tasksServiceKey", message: "is missing, and system tasks needs it", secret: true });
  return problems;
}

function settingsOf(raw: Raw): Settings {
  const { production, alertEmails, allowedOrigins } = raw;
  const settings: Settings = {
    production,
    logRetentionDays: raw.logRetentionDays ?? (production ? 365 : 7),
    alertEmails,
    allowedOrigins,
  };
  if (!raw.systems.includes("tasks") || !raw.tasks || !raw.tasksServiceKey) return settings;
  return {
    ...settings,
    tasks: {
      ...raw.tasks,
      reportEmails: raw.tasks.reportEmails ?? raw.tasks.notifyEmails,
      serviceKey: pulumi.secret(raw.tasksServiceKey),
    },
  };
}
