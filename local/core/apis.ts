/** What the services of the local cloud offer each other: deliveries that on AWS happen inside AWS. */
import type { Resource } from "./graph.ts";
import type { Trace } from "./trace.ts";

/** A function's answer. */
export interface Invocation {
  /** JSON text of the result, or of the error `{ errorType, errorMessage, trace }`. */
  readonly payload: string;
  /** Set when the function failed: thrown, timed out, out of memory, crashed. */
  readonly functionError?: "Unhandled";
}

/** An invocation that has ended. */
export interface InvocationRecord {
  readonly requestId: string;
  readonly functionName: string;
  /** Who invoked. */
  readonly source: string;
  /** When it began, in milliseconds since the epoch. */
  readonly at: number;
  /** Milliseconds it took, without the start of the environment. */
  readonly duration: number;
  /** JSON text of the error, when the function failed. */
  readonly error?: string;
}

export interface LambdaApi {
  /**
   * Invokes a function and waits for its answer.
   * @param functionArn of the function, a version or an alias (`…:function:name[:qualifier]`)
   * @param event the event; it is serialised to JSON, so the function gets a copy
   * @param source who invokes, for the log, such as `apigateway tasks-api POST /tasks`
   * @param taken called when an environment has the event, which may have waited for others and for a deployment
   * @throws AwsError ResourceNotFoundException, TooManyRequestsException, RequestTooLargeException
   */
  invoke(functionArn: string, event: unknown, source: string, taken?: () => void): Promise<Invocation>;
  /** Queues an asynchronous invocation: retries, maximum age and on-failure destination as configured. */
  invokeAsync(functionArn: string, event: unknown, source: string): void;
  /** Says that a function is about to have other code, so that an environment can start meanwhile. */
  prepare(urn: string): void;
  /** The last invocations (1,000), oldest first. */
  invocations(): readonly InvocationRecord[];
  /** Ends all workers of a function at once, also in the middle of an event, as a crash of the machine would. */
  killEnvironments(functionName: string): Promise<void>;
  /** Counts an AWS call of the event that an environment handles; undefined when there is no such environment. */
  countCall(environmentId: string): number | undefined;
  /** Ends one environment at once, in the middle of its event. */
  crash(environmentId: string): void;
  /** Calls `task` when an environment ends, for whatever reason; at once when there is no such environment. */
  onEnd(environmentId: string, task: () => void): { cancel(): void };
}

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** base64 */
  readonly BinaryValue?: string;
}

export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  /** ApproximateReceiveCount, SentTimestamp, SenderId, ApproximateFirstReceiveTimestamp, MessageGroupId … */
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, MessageAttribute>>;
  /** What caused it, as far as this run knows. */
  readonly trace?: Trace;
}

/** What a queue holds, without receiving any of it. */
export interface QueueContents {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly messages: readonly {
    readonly messageId: string;
    readonly body: string;
    readonly state: "visible" | "in flight" | "delayed";
    readonly receiveCount: number;
    /** Milliseconds since the epoch. */
    readonly sentAt: number;
  }[];
}

export interface SqsApi {
  send(
    queueArn: string,
    body: string,
    options?: {
      messageAttributes?: Readonly<Record<string, MessageAttribute>>;
      messageGroupId?: string;
      delaySeconds?: number;
    },
  ): Promise<{ messageId: string }>;
  /** Long poll: answers at once when messages are there, else after `waitSeconds` or when `signal` aborts. */
  receive(
    queueArn: string,
    options: { maxMessages: number; waitSeconds: number; signal?: AbortSignal },
  ): Promise<ReceivedMessage[]>;
  /** Whether a message could be received now. */
  hasVisible(queueArn: string): Promise<boolean>;
  delete(queueArn: string, receiptHandles: readonly string[]): Promise<void>;
  /** Makes a message visible again after `seconds`. */
  changeVisibility(queueArn: string, receiptHandle: string, seconds: number): Promise<void>;
  /** The queue's URL. */
  urlOf(queueArn: string): string;
  /** @throws AwsError QueueDoesNotExist */
  inspect(queueArn: string): Promise<QueueContents>;
  /**
   * Moves all visible messages of a queue to its dead-letter queue, as if they had been received too often.
   * @returns how many
   * @throws AwsError InvalidParameterValue when it has none
   */
  deadLetter(queueArn: string): Promise<number>;
  /**
   * Starts a message move task from a dead-letter queue to where its messages come from.
   * @returns the task's handle
   * @throws AwsError
   */
  redrive(deadLetterQueueArn: string): Promise<string>;
}

export interface SnsApi {
  publish(
    topicArn: string,
    message: string,
    options?: { subject?: string; messageAttributes?: Readonly<Record<string, MessageAttribute>> },
  ): Promise<{ messageId: string }>;
}

/** An EventBridge event without the fields that PutEvents adds (version, id, time, account, region). */
export interface EventInput {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly resources?: readonly string[];
  /** ISO time; default now. */
  readonly time?: string;
}

/** An event that was on a bus. */
export interface RoutedEvent {
  readonly id: string;
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly resources: readonly string[];
  /** ISO time */
  readonly time: string;
  /** Names of the rules that matched it, or whose schedule sent it. */
  readonly rules: readonly string[];
}

export interface EventsApi {
  /** Puts an event on a bus (default: `default`): rules match it and their targets get it. */
  put(event: EventInput, busName?: string): Promise<{ eventId: string }>;
  /**
   * Runs a rule's schedule now, beside its regular times.
   * @throws AwsError ResourceNotFoundException when there is no such rule, or it has no schedule
   */
  runRuleNow(ruleName: string): Promise<{ eventId: string }>;
  /** The last events (1,000) that were on buses, oldest first. */
  recent(): readonly RoutedEvent[];
}

export interface SchedulerApi {
  /**
   * Runs a schedule of EventBridge Scheduler now, beside its regular times; a disabled one too.
   * @throws AwsError ResourceNotFoundException
   */
  runScheduleNow(group: string, name: string): Promise<{ started: string }>;
}

export interface StatesApi {
  /**
   * Starts an execution. The name of one that runs with the same input answers that one.
   * @throws AwsError StateMachineDoesNotExist, ExecutionAlreadyExists, InvalidExecutionInput
   */
  start(
    stateMachineArn: string,
    input: unknown,
    options?: { name?: string; source?: string },
  ): Promise<{ executionArn: string }>;
}

export interface LogsApi {
  /** Appends lines to a log group; creates the stream when it is new. */
  write(logGroup: string, logStream: string, lines: readonly string[]): void;
  /** All lines of a group, oldest first. */
  read(
    logGroup: string,
  ): readonly { readonly timestamp: number; readonly stream: string; readonly message: string }[];
}

/** A record of a DynamoDB stream, in the shape of `@types/aws-lambda`'s `DynamoDBRecord`. */
export interface StreamBatch {
  readonly records: readonly import("aws-lambda").DynamoDBRecord[];
  readonly nextIterator: string | undefined;
}

export interface DynamoDbApi {
  /** Ids of all shards of a stream, oldest first; a closed shard is one whose records end without a next iterator. */
  shards(streamArn: string): Promise<string[]>;
  iterator(
    streamArn: string,
    shardId: string,
    position: "TRIM_HORIZON" | "LATEST" | { afterSequenceNumber: string },
  ): Promise<string>;
  records(streamArn: string, iterator: string, limit: number): Promise<StreamBatch>;
  /** What caused a record, as far as this run knows. */
  traceOf(record: import("aws-lambda").DynamoDBRecord): Trace | undefined;
  /** Calls `listener` after each write to the table behind the stream, so that a poller need not wait. Returns the way to stop. */
  onWrite(streamArn: string, listener: () => void): () => void;
}

/** An e-mail or SMS that was captured instead of sent. */
export interface CapturedMessage {
  readonly id: string;
  readonly kind: "email" | "sms";
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly body: string;
  /** ISO time */
  readonly at: string;
}

export interface MailboxApi {
  capture(message: Omit<CapturedMessage, "id" | "at">): void;
  list(): readonly CapturedMessage[];
}

export interface SecretsManagerApi {
  /** The current value of a secret; undefined when it has none. */
  value(secretArn: string): string | undefined;
  /**
   * Keeps the value of a secret that another service owns; makes the secret when it is new.
   * @param renew makes the next value, when somebody asks for a rotation; without it the secret cannot be rotated
   */
  keep(secretArn: string, name: string, value: string, renew?: () => string): void;
  /** Removes a secret that another service owns. */
  forget(secretArn: string): void;
  /**
   * Starts a rotation of a secret now, beside its regular times.
   * @param id the secret's name or ARN
   * @throws AwsError ResourceNotFoundException, InvalidRequestException when it has no rotation or one is under way
   */
  rotate(id: string): { versionId: string };
}

/** What was spent on a budget in its current period, and which of its notifications are in alarm. */
export interface BudgetSpend {
  readonly name: string;
  readonly actual: number;
  readonly forecast?: number;
  readonly notifications: readonly {
    readonly type: "ACTUAL" | "FORECASTED";
    readonly threshold: number;
    readonly state: "OK" | "ALARM";
  }[];
}

export interface BudgetsApi {
  /**
   * Sets what was spent on a budget in its current period, and what is expected at the period's end, in the budget's own
   * unit; tells the subscribers of the thresholds that this crosses before it answers.
   * @throws AwsError NotFoundException
   */
  spend(name: string, amounts: { readonly actual: number; readonly forecast?: number }): Promise<BudgetSpend>;
}

export interface CloudWatchApi {
  /** Records a value of a metric, now. */
  record(
    namespace: string,
    metric: string,
    dimensions: Readonly<Record<string, string>>,
    value: number,
    unit?: string,
  ): void;
  /** All alarms and the state they are in. */
  alarms(): readonly {
    readonly name: string;
    readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
    /** Why it is in that state. */
    readonly reason: string;
    /** Since when, in milliseconds since the epoch. */
    readonly since: number;
  }[];
}

export interface CognitoApi {
  /**
   * The public keys that a user pool signs its tokens with.
   * @param issuer `https://cognito-idp.<region>.amazonaws.com/<pool id>`
   * @returns undefined when the program has no such pool
   */
  keysOf(issuer: string): readonly PublicKey[] | undefined;
  /** Signs a person in without a password; who does not exist is made. */
  signInPerson(person: Person): Promise<PersonTokens>;
}

/** Somebody who is to exist in a user pool. */
export interface Person {
  /** Name that the program gives the pool's resource. */
  readonly pool: string;
  readonly group: string;
  readonly username: string;
}

export interface PersonTokens {
  /** The claim `sub`. */
  readonly userId: string;
  readonly username: string;
  readonly accessToken: string;
  readonly idToken: string;
  readonly refreshToken: string;
  /** Seconds that the access token is valid. */
  readonly expiresIn: number;
}

/** A public key as a JSON Web Key. */
export type PublicKey = import("node:crypto").JsonWebKey & { readonly kid: string };

export interface IamApi {
  /** The program's resources, with the policies of roles as callers of the API changed them. */
  resources(): readonly Resource[];
}

/** Services that nothing else calls offer no API of their own. */
export type NoApi = undefined;

export interface ServiceApis {
  readonly apigateway: NoApi;
  readonly budgets: BudgetsApi;
  readonly cloudwatch: CloudWatchApi;
  readonly cognito: CognitoApi;
  readonly dynamodb: DynamoDbApi;
  readonly ec2: NoApi;
  readonly events: EventsApi;
  readonly iam: IamApi;
  readonly lambda: LambdaApi;
  readonly logs: LogsApi;
  readonly mailbox: MailboxApi;
  readonly random: NoApi;
  readonly rds: NoApi;
  readonly s3: NoApi;
  readonly scheduler: SchedulerApi;
  readonly secretsmanager: SecretsManagerApi;
  readonly ses: NoApi;
  readonly sns: SnsApi;
  readonly sqs: SqsApi;
  readonly ssm: NoApi;
  readonly states: StatesApi;
  readonly sts: NoApi;
}
