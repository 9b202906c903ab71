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
];
