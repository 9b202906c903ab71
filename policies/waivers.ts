/** Where a rule does not hold on purpose: why, and until when that has to be thought over. */

export interface Waiver {
  readonly rule: string;
  /** Logical name of the resource. */
  readonly resource: string;
  /** What the violation's message contains; absent: all of them. */
  readonly about?: string;
  readonly reason: string;
  /** The last day, `YYYY-MM-DD` in UTC; from the next on the waiver is itself a violation. */
  readonly expires: string;
}

const REVIEW = "2027-06-30";

const API_KEYS =
  "The API's clients are programs of the customer's, told apart by API keys as ordered; a usage plan limits each.";
const FIREWALL =
  "A firewall costs $5 a month and API before the first request; throttling and validation stand in front until there is abuse.";

const CURSOR_KEY =
  "It signs places in lists and opens nothing: whoever has it can begin a list elsewhere, with the rights that he has anyway. docs/operations.md says how to change it.";
const SERVICE_KEY =
  "Who runs the classification service issues the key; a new one comes with andamio:tasksServiceKey of the stack.";
const RECORDS =
  "An alarm tells of the first record that a stream gives up on, and docs/operations.md how to read it within the day that the stream keeps it; a bucket for each stream once that is not enough.";
const TOPIC_KEYS =
  "SNS encrypts what it stores, and stores it until it is delivered; a key costs $1 a month and by use.";

export const waivers: readonly Waiver[] = [
  ...["tasks", "appointments"].map((system) => ({
    rule: "api-authentication",
    resource: `${system}-api-rest-api`,
    about: "asks for an API key only",
    reason: API_KEYS,
    expires: REVIEW,
  })),
  {
    rule: "api-authentication",
    resource: "records-api-rest-api",
    about: "is open to everybody",
    reason:
      "Records are public by order; throttling and validation keep the API's cost and contents in bounds.",
    expires: REVIEW,
  },
  {
    rule: "api-authentication",
    resource: "fleet-api-rest-api",
    about: "GET /health is open to everybody",
    reason: "Who watches the application has no account; the answer says nothing but that it lives.",
    expires: REVIEW,
  },
  ...["records", "fleet", "tasks", "appointments", "moves"].map((system) => ({
    rule: "api-firewall",
    resource: `${system}-api-stage`,
    reason: FIREWALL,
    expires: REVIEW,
  })),
  {
    rule: "secrets-rotation",
    resource: "cursor-key-secret",
    reason: CURSOR_KEY,
    expires: REVIEW,
  },
  {
    rule: "secrets-rotation",
    resource: "tasks-service-key-secret",
    reason: SERVICE_KEY,
    expires: REVIEW,
  },
  {
    rule: "cognito-threats",
    resource: "users-pool",
    reason:
      "The tier PLUS costs $0.02 per active user and month, more than everything else that Cognito does; passwords are long, tokens live for 15 minutes, a second factor is offered.",
    expires: REVIEW,
  },
  {
    rule: "iam-resources",
    resource: "api-logging-policy",
    about: "arn:aws:logs:",
    reason:
      "API Gateway names its log groups itself, after APIs that do not exist yet, and tries the permission with a group of its own.",
    expires: REVIEW,
  },
  ...["alerts", "appointments-events", "tasks-events", "tasks-reports"].map((topic) => ({
    rule: "sns-encryption",
    resource: `${topic}-topic`,
    reason: TOPIC_KEYS,
    expires: REVIEW,
  })),
  ...[
    "appointments-audit-changes",
    "appointments-changes",
    "moves-started",
    "tasks-created",
    "tasks-removed",
  ].map((stream) => ({
    rule: "source-stream-records",
    resource: `${stream}-mapping`,
    reason: RECORDS,
    expires: REVIEW,
  })),
];
