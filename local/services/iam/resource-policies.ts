/** Policies that stand on a resource and say who may use it: of queues, topics, buckets, secrets, buses, functions, log groups, roles. */
import type { Properties, Resource } from "../../core/graph.ts";
import { type Policy, readPolicy } from "./documents.ts";

/** Policies by the resource they stand on; see `holderOf`. */
export type ResourcePolicies = ReadonlyMap<string, readonly Policy[]>;

/** Property with the policy, and the one with the ARN (or the name) of what it stands on. */
interface Source {
  readonly policy: string;
  readonly holder: string;
}

const SOURCES: Readonly<Record<string, Source>> = {
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": { policy: "policy", holder: "eventBusName" },
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": { policy: "policyDocument", holder: "" },
  "aws:dynamodb/resourcePolicy:ResourcePolicy": { policy: "policy", holder: "resourceArn" },
  "aws:iam/role:Role": { policy: "assumeRolePolicy", holder: "arn" },
  "aws:kms/key:Key": { policy: "policy", holder: "arn" },
  "aws:s3/bucket:Bucket": { policy: "policy", holder: "arn" },
  "aws:s3/bucketPolicy:BucketPolicy": { policy: "policy", holder: "bucket" },
  "aws:s3/bucketV2:BucketV2": { policy: "policy", holder: "arn" },
  "aws:secretsmanager/secret:Secret": { policy: "policy", holder: "arn" },
  "aws:secretsmanager/secretPolicy:SecretPolicy": { policy: "policy", holder: "secretArn" },
  "aws:sns/topic:Topic": { policy: "policy", holder: "arn" },
  "aws:sns/topicPolicy:TopicPolicy": { policy: "policy", holder: "arn" },
  "aws:sqs/queue:Queue": { policy: "policy", holder: "arn" },
  "aws:sqs/queuePolicy:QueuePolicy": { policy: "policy", holder: "queueUrl" },
};

/** Log groups share the resource policies of their account. */
const ALL_LOGS = "logs";

/** The default bus is there without a resource, so its policies know its name only. */
const DEFAULT_BUS = "default";

/** What the policy for a resource stands on: an object's is its bucket's, an index's its table's. */
export function holderOf(resourceArn: string): string {
  if (resourceArn.startsWith("arn:aws:logs:")) return ALL_LOGS;
  if (/^arn:aws:events:[^/]*:event-bus\/default$/.test(resourceArn)) return DEFAULT_BUS;
  if (resourceArn.startsWith("arn:aws:s3:::")) return resourceArn.split("/", 1)[0] ?? resourceArn;
  return /^arn:aws:dynamodb:[^/]*table\/[^/]+/.exec(resourceArn)?.[0] ?? resourceArn;
}

/** All resource policies of a program. */
export function resourcePoliciesOf(resources: readonly Resource[]): ResourcePolicies {
  const policies = new Map<string, Policy[]>();
  const arns = arnsByName(resources);
  const add = (holder: string, policy: Policy): void => {
    policies.set(holder, [...(policies.get(holder) ?? []), policy]);
  };
  for (const resource of resources) {
    const { type, outputs } = resource;
    const source = SOURCES[type];
    const document = source ? outputs[source.policy] : undefined;
    if (source && document !== undefined && document !== null && document !== "") {
      const name = String(outputs[source.holder] ?? "");
      add(source.holder === "" ? ALL_LOGS : resolve(name, arns), readPolicy(resource.name, document));
    }
    if (type === "aws:lambda/permission:Permission") {
      const holder = resolve(String(outputs.function ?? ""), arns);
      const qualifier = typeof outputs.qualifier === "string" ? `:${outputs.qualifier}` : "";
      add(`${holder}${qualifier}`, permissionPolicy(resource));
    }
    if (type === "aws:cloudwatch/eventPermission:EventPermission") {
      add(resolve(String(outputs.eventBusName ?? "default"), arns), eventPermissionPolicy(resource));
    }
  }
  return policies;
}

/** ARNs by the names and URLs that policies may use instead of them. */
function arnsByName(resources: readonly Resource[]): ReadonlyMap<string, string> {
  const arns = new Map<string, string>();
  const named = /^aws:(?:lambda\/function|sqs\/queue|s3\/bucket(?:V2)?|cloudwatch\/eventBus):/;
  for (const { type, outputs, id } of resources) {
    if (!named.test(type) || typeof outputs.arn !== "string") continue;
    for (const name of [id, outputs.name, outputs.url, outputs.bucket]) {
      if (typeof name === "string") arns.set(name, outputs.arn);
    }
  }
  return arns;
}

function resolve(name: string, arns: ReadonlyMap<string, string>): string {
  return name.startsWith("arn:") ? name : (arns.get(name) ?? name);
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html */
function permissionPolicy(resource: Resource): Policy {
  const { action, principal, sourceArn, sourceAccount, principalOrgId, eventSourceToken } = resource.outputs;
  return readPolicy(resource.name, {
    Statement: {
      Effect: "Allow",
      Principal: principalOf(principal),
      Action: action,
      Condition: {
        ...when("ArnLike", "aws:SourceArn", sourceArn),
        StringEquals: {
          ...entry("aws:SourceAccount", sourceAccount),
          ...entry("aws:PrincipalOrgID", principalOrgId),
          ...entry("lambda:EventSourceToken", eventSourceToken),
        },
      },
    },
  });
}

function eventPermissionPolicy(resource: Resource): Policy {
  const { action, principal } = resource.outputs;
  return readPolicy(resource.name, {
    Statement: {
      Effect: "Allow",
      Principal: principalOf(principal),
      Action: action ?? "events:PutEvents",
    },
  });
}

function principalOf(principal: unknown): unknown {
  if (principal === "*") return "*";
  return String(principal).endsWith(".amazonaws.com") ? { Service: principal } : { AWS: principal };
}

function when(operator: string, key: string, value: unknown): Record<string, unknown> {
  return typeof value === "string" ? { [operator]: { [key]: value } } : {};
}

function entry(key: string, value: unknown): Properties {
  return typeof value === "string" ? { [key]: value } : {};
}
