/** The settings of buckets, read from the program's resources. */
import type { Properties, Resource, Value } from "../../core/graph.ts";
import type { Cloud } from "../../core/service.ts";

export interface CorsRule {
  readonly allowedHeaders: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds?: number;
}

/** Where events of a bucket go. */
export interface NotificationTarget {
  readonly id: string;
  readonly arn: string;
  readonly kind: "lambda" | "queue" | "topic";
  /** Such as `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

export interface Notifications {
  readonly eventBridge: boolean;
  readonly targets: readonly NotificationTarget[];
}

const BUCKET = /^aws:s3\/bucket(?:V2)?:/;
const CORS = /^aws:s3\/bucketCorsConfiguration(?:V2)?:/;
const VERSIONING = /^aws:s3\/bucketVersioning(?:V2)?:/;
const NOTIFICATION = "aws:s3/bucketNotification:BucketNotification";

/** Property of a notification with targets of a kind, and the one with their ARN. */
const TARGETS = [
  { kind: "lambda", list: "lambdaFunctions", arn: "lambdaFunctionArn" },
  { kind: "queue", list: "queues", arn: "queueArn" },
  { kind: "topic", list: "topics", arn: "topicArn" },
] as const;

export function corsRules(cloud: Cloud, bucket: string): CorsRule[] {
  return settings(cloud, bucket, (type) => CORS.test(type) || BUCKET.test(type)).flatMap(({ inputs }) =>
    properties(inputs.corsRules).map((rule) => ({
      allowedHeaders: strings(rule.allowedHeaders),
      allowedMethods: strings(rule.allowedMethods),
      allowedOrigins: strings(rule.allowedOrigins),
      exposeHeaders: strings(rule.exposeHeaders),
      ...(typeof rule.maxAgeSeconds === "number" ? { maxAgeSeconds: rule.maxAgeSeconds } : {}),
    })),
  );
}

export function notifications(cloud: Cloud, bucket: string): Notifications {
  const resources = settings(cloud, bucket, (type) => type === NOTIFICATION);
  const targets = resources.flatMap((resource) =>
    TARGETS.flatMap(({ kind, list, arn }) =>
      properties(resource.inputs[list]).map((target) => ({
        id: String(target.id ?? resource.name),
        arn: String(target[arn]),
        kind,
        events: strings(target.events),
        prefix: String(target.filterPrefix ?? ""),
        suffix: String(target.filterSuffix ?? ""),
      })),
    ),
  );
  return { eventBridge: resources.some(({ inputs }) => inputs.eventbridge === true), targets };
}

/** `Enabled`, `Suspended`, or undefined for a bucket that never had versions. */
export function versioning(cloud: Cloud, bucket: string): string | undefined {
  for (const { inputs } of settings(cloud, bucket, (type) => VERSIONING.test(type))) {
    const { status } = properties([inputs.versioningConfiguration ?? null])[0] ?? {};
    if (typeof status === "string" && status !== "Disabled") return status;
  }
  return undefined;
}

function settings(cloud: Cloud, bucket: string, isWanted: (type: string) => boolean): Resource[] {
  return cloud
    .resources()
    .filter(({ type, outputs, inputs }) => isWanted(type) && (outputs.bucket ?? inputs.bucket) === bucket);
}

function properties(value: Value | undefined): Properties[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (entry): entry is Properties => typeof entry === "object" && entry !== null && !Array.isArray(entry),
  );
}

function strings(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
