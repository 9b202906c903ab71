/** What an estimate takes for granted, because no resource tells it. */

/** AWS's own month. */
export const HOURS_A_MONTH = 730;
export const SECONDS_A_MONTH = HOURS_A_MONTH * 3600;

/** How long an invocation of a function lasts unless the caller says otherwise. */
export const DEFAULT_MILLISECONDS = 100;

export const LOG_KILOBYTES = { perInvocation: 1, perRequest: 0.5 };
export const ANSWER_KILOBYTES = 2;

/** A transaction counts twice. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html */
export const WRITE_UNITS = 2;

/** A message is sent, received and deleted. */
export const REQUESTS_PER_MESSAGE = 3;

/** A transaction of a single statement: it begins, does something and ends. */
export const CALLS_PER_USE_OF_A_DATABASE = 3;

/** The least that runs, in capacity units. */
export const LEAST_CAPACITY = 0.5;
/** How long a database that may pause waits before it does. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html */
export const DEFAULT_PAUSE_SECONDS = 300;

export const REQUESTS_PER_SIGN_IN = 50;
export const SIGN_INS_PER_USER = 20;

/** Kinds of changes in a stream: INSERT, MODIFY, REMOVE. */
export const KINDS_OF_CHANGES = 3;

/** X-Ray's default rule: the first request of every second, and of the others one in twenty. */
export const SAMPLED = 0.05;

/** Of each method, when metrics are detailed: Count, Latency, IntegrationLatency, 4XXError, 5XXError. */
export const METRICS_PER_METHOD = 5;

/** The assumptions in words. */
export function assumptions(milliseconds: number): readonly string[] {
  return [
    "Requests are spread evenly over the routes of an API and over the month; answers have 2 KB.",
    `An invocation lasts ${milliseconds} ms and writes 1 KB of log, a request another 0.5 KB.`,
    "What a function may read, write, publish, send or start, it does once in every invocation; messages travel alone.",
    "Items have up to 1 KB; a write is part of a transaction (2 units, and 1 for each index).",
    "A filter lets through its share of what filters beside it name: of 3 kinds of changes in a stream, of types of events, of keys of objects. Nothing fails; a workflow passes each of its states once.",
    "A transaction in a relational database is 3 calls of the Data API. A database that may pause runs at half a capacity unit until its pause; one that may not has its least capacity.",
    "Users sign in once for 50 requests, and 20 times a month. Traces are sampled by X-Ray's default rule.",
  ];
}

/** What is missing in every estimate. */
export const NOT_COUNTED =
  "Not counted: data that is kept (see its prices in docs/cost.md), capacity of databases above their least, custom metrics that no alarm watches, calls of Secrets Manager, queries of logs, failures and repetitions, higher tiers, support, taxes.";
