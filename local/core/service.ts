/** What every AWS service of the local cloud is made of. A new service is a folder and a line in services/index.ts. */
import type { Readable } from "node:stream";
import type { ServiceApis } from "./apis.ts";
import type { Clock } from "./clock.ts";
import type { Faults } from "./faults.ts";
import type { Properties, RegisteredResource, Resource } from "./graph.ts";
import type { Log } from "./log.ts";

/** Where a program is evaluated: all that AWS's invented values (ARNs, ids, URLs) are made from. */
export interface World {
  readonly project: string;
  readonly stack: string;
  /** AWS region of the stack, such as `eu-west-1`. */
  readonly region: string;
  /** Always `000000000000`. */
  readonly account: string;
  /** Base URL of the local cloud, such as `http://127.0.0.1:4000`; no trailing slash. */
  readonly endpoint: string;
}

/** What AWS would return: `id`, and the computed outputs (inputs need not be repeated). */
export type Outputs = { readonly id: string } & Properties;

/** A pure function of the inputs: no clock, no randomness, no I/O. */
export type OutputsOf = (resource: RegisteredResource, world: World) => Outputs;

/** Makes a resource real, and keeps it in step with the program. */
export interface Realizer {
  /**
   * Whether it may take long: the deployment ends without it, and what a function does that depends on it waits
   * (`Cloud.pending`). @default false
   */
  readonly inBackground?: boolean;
  create(resource: Resource): void | Promise<void>;
  /** Left out: the resource is deleted and created again. */
  update?(resource: Resource, previous: Resource): void | Promise<void>;
  /** Left out: nothing to undo. */
  delete?(resource: Resource): void | Promise<void>;
}

/** Who makes a call. */
export interface Principal {
  /** `user` is whoever holds no function's key: tests, the AWS CLI, the console. It may do everything. */
  readonly kind: "user" | "role" | "service";
  /** ARN of the user or of the role; for a service its principal, such as `events.amazonaws.com`. */
  readonly arn: string;
  /** The calling function's name, when the key is a function's. */
  readonly functionName?: string;
  /** Name of the session, when the key is one that AssumeRole gave. */
  readonly session?: string;
}

/** What a call needs to be allowed to do. */
export interface Permission {
  /** Such as `dynamodb:PutItem`. */
  readonly action: string;
  readonly resource: string;
  /** Condition keys of this call, such as `dynamodb:LeadingKeys` or `aws:SourceArn`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** One AWS API call as it arrived on the endpoint. */
export interface AwsCall {
  /** From `x-amz-target` or the `Action` parameter; undefined for REST protocols, whose service reads method and path. */
  readonly operation: string | undefined;
  readonly region: string;
  readonly principal: Principal;
  readonly requestId: string;
  readonly method: string;
  /** Path without the query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface AwsReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string | Readable;
}

/** What a service may use of the rest of the local cloud. */
export interface Cloud {
  readonly world: World;
  readonly clock: Clock;
  /** What is to go wrong on purpose. */
  readonly faults: Faults;
  readonly log: Log;
  /** Folder for this run's working files; removed at the end unless the cloud is durable. */
  readonly workFolder: string;
  /** Folder for data that must survive a restart; undefined when the data live in memory. */
  readonly dataFolder: string | undefined;
  /** The other services, by name. Resolved at the time of the call, so that services need no order of construction. */
  readonly services: ServiceApis;
  /** Throws an `AwsError` (AccessDeniedException) when one of the permissions is not granted to the principal. */
  authorize(principal: Principal, permissions: readonly Permission[]): void;
  /** The resources realized so far. */
  resources(): readonly Resource[];
  /**
   * Settles once a resource has the code that its sources say, and what it depends on has been made real in the
   * background; undefined when all that is so. Rejects with a UserError when something it depends on has failed.
   */
  pending?(urn: string): Promise<void> | undefined;
}

/** A running service. */
export interface Service {
  /** What other services and the control API may call; see apis.ts. */
  readonly api?: unknown;
  /** By Pulumi type token. A type that has `outputs` and no realizer needs nothing to be done for it. */
  readonly realize: Readonly<Record<string, Realizer>>;
  /** Starts the real part. Called once, before anything is realized; services start in parallel. */
  start?(): Promise<void>;
  /** Answers an AWS API call. Errors are thrown as `AwsError`. */
  call?(call: AwsCall): Promise<AwsReply>;
  /** HTTP requests under `/_aws/<service name>/…` that are not AWS API calls (API Gateway's invocations). */
  request?(
    request: import("node:http").IncomingMessage,
    response: import("node:http").ServerResponse,
  ): Promise<void>;
  /** Called after all resources of a deployment are realized: event sources start here. */
  ready?(): Promise<void>;
  /**
   * Whether something that is due now is still under way: a delivery, an invocation, a message or record that a consumer
   * would take at once. What waits for a later time is not. Left out: never.
   */
  busy?(): boolean | Promise<boolean>;
  /**
   * Forgets what the program wrote and what is under way. Resources stay, with the content that the program gives them.
   * Services that have `ready` are reset before all others, and `ready` is called again at the end.
   */
  reset?(): void | Promise<void>;
  /** Called when the clock has been advanced, before the cloud settles: for real parts that go by the wall clock. */
  advanced?(): Promise<void>;
  /** Ends pollers and processes. Must be safe to call at any time, also after a failed start. */
  stop?(): Promise<void>;
}

/** Everything the local cloud knows of one AWS service. */
export interface ServiceDefinition {
  /** Folder name and key in `Cloud.services`. */
  readonly name: keyof ServiceApis;
  /** SigV4 credential-scope names whose calls it answers. */
  readonly signingNames: readonly string[];
  /** How an error is rendered to the SDK. */
  readonly protocol: "json" | "query" | "rest-xml" | "rest-json";
  /** By Pulumi type token. */
  readonly outputs: Readonly<Record<string, OutputsOf>>;
  /** The name of the operation that a call is, for protocols whose requests do not say it. */
  operationOf?(call: AwsCall): string | undefined;
  create(cloud: Cloud): Service;
}
