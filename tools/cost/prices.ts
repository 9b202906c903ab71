/**
 * What AWS charges in Europe (Ireland), eu-west-1, in US dollars without taxes; the first tier where there are several.
 * No price was read from AWS itself for this table: `basis` says how each is known, and AWS's calculator has the last word.
 */

/** The region whose prices these are. */
export const REGION = "eu-west-1";

export interface Price {
  readonly what: string;
  /** For `per` units. */
  readonly dollars: number;
  readonly per: number;
  readonly unit: string;
  /** AWS's public price page. */
  readonly page: string;
  /** How the price is known, with its date. */
  readonly basis: string;
}

/** A public copy of AWS's price list for eu-west-1, by the day on which AWS published that service's list. */
const listed = (day: string) => `AWS price list of ${day}, from a public copy`;
const REMEMBERED = "from memory of the price page, 2026-11-23; not seen";

const LAMBDA = "https://aws.amazon.com/lambda/pricing/";
const DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/";
const SNS = "https://aws.amazon.com/sns/pricing/";
const EVENTBRIDGE = "https://aws.amazon.com/eventbridge/pricing/";
const S3 = "https://aws.amazon.com/s3/pricing/";
const CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/";
const AURORA = "https://aws.amazon.com/rds/aurora/pricing/";
const VPC = "https://aws.amazon.com/vpc/pricing/";

const MILLION = 1_000_000;

function price(
  what: string,
  [dollars, per, unit]: readonly [dollars: number, per: number, unit: string],
  page: string,
  basis: string,
): Price {
  return { what, dollars, per, unit, page, basis };
}

/** Everything that is measured. */
export const PRICES = {
  apiRequests: price(
    "REST API requests",
    [3.5, MILLION, "requests"],
    "https://aws.amazon.com/api-gateway/pricing/",
    listed("2026-09-21"),
  ),
  invocations: price("Lambda requests", [0.2, MILLION, "requests"], LAMBDA, listed("2026-10-01")),
  armSeconds: price("Lambda on arm64", [0.0000133334, 1, "GB-second"], LAMBDA, listed("2026-10-01")),
  x86Seconds: price("Lambda on x86_64", [0.0000166667, 1, "GB-second"], LAMBDA, listed("2026-10-01")),
  tableReads: price("DynamoDB reads", [0.1415, MILLION, "read units"], DYNAMODB, listed("2026-09-11")),
  tableWrites: price("DynamoDB writes", [0.705, MILLION, "write units"], DYNAMODB, listed("2026-09-11")),
  queueRequests: price(
    "SQS requests",
    [0.4, MILLION, "requests"],
    "https://aws.amazon.com/sqs/pricing/",
    listed("2026-09-11"),
  ),
  publishes: price("SNS publishes", [0.5, MILLION, "requests"], SNS, listed("2026-09-15")),
  topicEmails: price("SNS e-mails", [2, 100_000, "e-mails"], SNS, REMEMBERED),
  events: price("EventBridge events", [1, MILLION, "events"], EVENTBRIDGE, REMEMBERED),
  scheduled: price("Scheduler invocations", [1, MILLION, "invocations"], EVENTBRIDGE, REMEMBERED),
  transitions: price(
    "Step Functions transitions",
    [0.025, 1000, "transitions"],
    "https://aws.amazon.com/step-functions/pricing/",
    "an undated copy of the price page",
  ),
  emails: price("SES e-mails", [0.1, 1000, "e-mails"], "https://aws.amazon.com/ses/pricing/", REMEMBERED),
  objectWrites: price("S3 writes", [0.005, 1000, "requests"], S3, listed("2026-09-28")),
  objectReads: price("S3 reads", [0.0004, 1000, "requests"], S3, listed("2026-09-28")),
  logs: price("logs taken in", [0.57, 1, "GB"], CLOUDWATCH, listed("2026-09-22")),
  alarmMetrics: price("metrics of alarms", [0.1, 1, "metric-month"], CLOUDWATCH, listed("2026-09-22")),
  customMetrics: price("custom metrics", [0.3, 1, "metric-month"], CLOUDWATCH, listed("2026-09-22")),
  smallDashboards: price("dashboards of up to 50 metrics", [3, 1, "month"], CLOUDWATCH, REMEMBERED),
  dashboards: price("larger dashboards", [3, 1, "month"], CLOUDWATCH, REMEMBERED),
  traces: price("X-Ray traces", [5, MILLION, "traces"], "https://aws.amazon.com/xray/pricing/", REMEMBERED),
  secrets: price(
    "secrets",
    [0.4, 1, "secret-month"],
    "https://aws.amazon.com/secrets-manager/pricing/",
    listed("2026-09-11"),
  ),
  keys: price("KMS keys", [1, 1, "key-month"], "https://aws.amazon.com/kms/pricing/", REMEMBERED),
  capacity: price(
    "Aurora Serverless v2",
    [0.14, 1, "capacity unit-hour"],
    AURORA,
    "AWS price list, as two public programs quote it, undated",
  ),
  dataCalls: price("RDS Data API", [0.35, MILLION, "requests"], AURORA, REMEMBERED),
  activeUsers: price(
    "Cognito, tier Essentials",
    [0.015, 1, "active user"],
    "https://aws.amazon.com/cognito/pricing/",
    REMEMBERED,
  ),
  transfer: price(
    "transfer to the internet",
    [0.09, 1, "GB"],
    "https://aws.amazon.com/ec2/pricing/on-demand/",
    listed("2026-09-16"),
  ),
  natHours: price("NAT gateways", [0.048, 1, "hour"], VPC, REMEMBERED),
  endpointHours: price("interface endpoints", [0.011, 1, "hour"], VPC, REMEMBERED),
} as const satisfies Readonly<Record<string, Price>>;

export type Meter = keyof typeof PRICES;

export const METERS = Object.keys(PRICES) as Meter[];

/** What data costs that is kept; how much that will be, no graph tells. */
export const KEPT: readonly Price[] = [
  price("items in DynamoDB", [0.283, 1, "GB-month"], DYNAMODB, listed("2026-09-11")),
  price("DynamoDB's point-in-time recovery", [0.22, 1, "GB-month"], DYNAMODB, listed("2026-09-11")),
  price("objects in S3", [0.023, 1, "GB-month"], S3, listed("2026-09-28")),
  price("logs (compressed)", [0.03, 1, "GB-month"], CLOUDWATCH, listed("2026-09-22")),
  price("Aurora", [0.11, 1, "GB-month"], AURORA, REMEMBERED),
];

/** What AWS takes nothing for, every month and for as long as it offers it; of an account, not of a stack. */
export const ALLOWANCES: Partial<Readonly<Record<Meter, number>>> = {
  invocations: MILLION,
  armSeconds: 400_000,
  queueRequests: MILLION,
  publishes: MILLION,
  topicEmails: 1000,
  scheduled: 14 * MILLION,
  transitions: 4000,
  logs: 5,
  alarmMetrics: 10,
  customMetrics: 10,
  smallDashboards: 3,
  traces: 100_000,
  activeUsers: 10_000,
  transfer: 100,
};

export function dollarsOf(meter: Meter, quantity: number): number {
  const { dollars, per } = PRICES[meter];
  return (quantity / per) * dollars;
}
