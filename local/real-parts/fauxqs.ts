/**
 * fauxqs: S3, SQS and SNS in one server, which lives in this process and listens nowhere. Its own start function would
 * listen on all interfaces and take bodies of at most 11 MiB, so its parts are put together here.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { buildApp } from "fauxqs";
import type { Clock } from "../core/clock.ts";
import { AwsError } from "../core/errors.ts";
import type { AwsCall, AwsReply, Cloud } from "../core/service.ts";
import { currentTrace, type Trace } from "../core/trace.ts";
import { KeptTraces } from "./kept-traces.ts";
import { listPage } from "./object-listing.ts";
import { onClock } from "./package-time.ts";

type App = ReturnType<typeof buildApp>;
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>["stores"]>;

/** Parts that the package does not export by name. */
interface Modules {
  readonly buildApp: typeof buildApp;
  readonly SqsStore: new () => Stores["sqsStore"];
  readonly SnsStore: new () => Stores["snsStore"];
  readonly S3Store: new () => Stores["s3Store"];
  readonly PersistenceManager: new (folder: string) => NonNullable<Stores["sqsStore"]["persistence"]>;
  /** What no message may hold; asked by `test`. */
  readonly INVALID_MESSAGE_BODY_CHAR: { test(text: string): boolean };
}

/**
 * Its own takes every character above U+FFFF, such as an emoji, for an invalid one.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const INVALID_CHARACTER = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Does a delivery into a queue, at its time and as often as it wants. */
type Carrier = (queueArn: string, deliver: () => void) => void;
type Queue = NonNullable<ReturnType<Stores["sqsStore"]["getQueueByArn"]>>;

/** What there is to receive from a queue may have changed. */
type QueueListener = (queueName: string) => void;

/** What fauxqs tells of a message. */
interface Spied {
  readonly service: string;
  readonly status: string;
  readonly messageId: string;
  readonly queueName?: string;
}

/** An HTTP request to fauxqs. */
export interface FauxqsRequest {
  readonly method: string;
  /** Path, still percent-encoded, and query. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** Its queues and topics are told apart by region. */
  readonly region: string;
}

/** Operations after which other messages can be received, or the next one at another time, and that tell no spy. */
const QUIET_CHANGES =
  /^AmazonSQS\.(?:ChangeMessageVisibility(?:Batch)?|DeleteQueue|PurgeQueue|ReceiveMessage|SetQueueAttributes)$/;
const LARGEST_BODY_BYTES = 1024 ** 3;
const OWN_CONTENT_TYPES = /^(?!application\/x-amz-json-1\.0|application\/x-www-form-urlencoded)/;
/** Headers that belong to one connection, or are made anew. */
const HOP_HEADERS = ["authorization", "connection", "content-length", "expect", "host", "transfer-encoding"];

export class Fauxqs {
  readonly queues: Stores["sqsStore"];
  readonly objects: Stores["s3Store"];
  readonly #app: App;
  readonly #clock: Clock;
  readonly #listeners = new Set<QueueListener>();
  readonly #carrier = new AsyncLocalStorage<Carrier>();
  /** What caused the messages, by message id. */
  readonly #traces = new KeptTraces();

  private constructor(app: App, stores: Stores, clock: Clock) {
    this.#app = app;
    this.#clock = clock;
    this.queues = stores.sqsStore;
    this.objects = stores.s3Store;
    this.#watchDeliveries(stores.sqsStore);
    const list = stores.s3Store.listObjects.bind(stores.s3Store);
    stores.s3Store.listObjects = (bucket, { prefix = "", ...options } = {}) => {
      const { objects } = list(bucket, { prefix, maxKeys: Number.POSITIVE_INFINITY });
      return listPage(objects, { prefix, ...options });
    };
    this.#app.addContentTypeParser(
      OWN_CONTENT_TYPES,
      { parseAs: "buffer", bodyLimit: LARGEST_BODY_BYTES },
      (_request, body, done) => done(null, body),
    );
  }

  /**
   * @param clock that its messages, objects and notifications go by
   * @param folder where its database is kept; without it the data live in memory
   */
  static async start(region: string, clock: Clock, folder: string | undefined): Promise<Fauxqs> {
    const modules = await loadModules();
    return onClock(clock, () => Fauxqs.#start(modules, region, clock, folder));
  }

  static async #start(
    { buildApp, SqsStore, SnsStore, S3Store, PersistenceManager }: Modules,
    region: string,
    clock: Clock,
    folder: string | undefined,
  ): Promise<Fauxqs> {
    const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
    const fauxqs = new Fauxqs(buildApp({ logger: false, defaultRegion: region, stores }), stores, clock);
    fauxqs.#watchQueues();
    if (folder !== undefined) {
      const persistence = new PersistenceManager(folder);
      persistence.load(stores.sqsStore, stores.snsStore, stores.s3Store);
      for (const part of [...Object.values(stores), ...stores.sqsStore.allQueues()])
        part.persistence = persistence;
      fauxqs.#app.addHook("onClose", () => persistence.close());
    }
    await fauxqs.#app.ready();
    return fauxqs;
  }

  /**
   * Lets `carry` do what `request` puts into queues by itself: the deliveries of a topic to the queues that subscribe it.
   */
  carried<T>(carry: Carrier, request: () => Promise<T>): Promise<T> {
    return this.#carrier.run(carry, request);
  }

  /**
   * Calls `listener` whenever messages are put into a queue, are taken, are deleted or change their visibility. Returns
   * the way to stop.
   */
  onChange(listener: QueueListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What caused a message; undefined when it is of an earlier run, or long ago. */
  traceOf(messageId: string): Trace | undefined {
    return this.#traces.get(messageId);
  }

  /** Calls one of its queues or stores directly. */
  run<Result>(call: () => Result): Result {
    return onClock(this.#clock, call);
  }

  /** Whether a message could be received now. */
  hasVisible(queue: Queue): boolean {
    this.run(() => queue.processTimers());
    const isFree = ([group, messages]: [string, unknown[]]): boolean =>
      messages.length > 0 && !queue.fifoLockedGroups.has(group);
    return queue.isFifo() ? [...queue.fifoMessages].some(isFree) : queue.messages.length > 0;
  }

  /** When, by the clock, the next message becomes visible by itself: its delay or visibility time-out ends. */
  nextVisibleAt(queue: Queue): number {
    const { delayed, inflight } = queue.inspectMessages();
    const times = [
      ...delayed.map(({ delayUntil = 0 }) => delayUntil),
      ...inflight.map(({ visibilityDeadline }) => visibilityDeadline),
    ];
    return times.reduce((first, time) => Math.min(first, time), Number.POSITIVE_INFINITY);
  }

  request(request: FauxqsRequest): Promise<AwsReply & { readonly body: Buffer }> {
    return this.run(() => this.#inject(request));
  }

  async #inject(request: FauxqsRequest): Promise<AwsReply & { readonly body: Buffer }> {
    const answer = await this.#app.inject({
      method: request.method as "GET",
      url: request.url,
      headers: {
        "content-type": "application/octet-stream",
        ...request.headers,
        authorization: `AWS4-HMAC-SHA256 Credential=local/20000101/${request.region}/fauxqs/aws4_request`,
      },
      ...(request.body === undefined ? {} : { payload: request.body }),
    });
    const headers = Object.fromEntries(
      Object.entries(answer.headers).flatMap(([name, value]) =>
        value === undefined || name === "connection" || name === "date" ? [] : [[name, String(value)]],
      ),
    );
    const target = request.headers?.["x-amz-target"] ?? "";
    if (QUIET_CHANGES.test(target)) this.#changed(queueNameOf(request.body));
    return { status: answer.statusCode, headers, body: answer.rawPayload };
  }

  /** Passes an AWS API call on as it is. */
  forward(call: AwsCall, body: Buffer | string = call.body): Promise<AwsReply & { readonly body: Buffer }> {
    const query = call.query.toString();
    const headers = Object.fromEntries(
      Object.entries(call.headers).filter(([name]) => !HOP_HEADERS.includes(name)),
    );
    const url = query === "" ? call.path : `${call.path}?${query}`;
    return this.request({ method: call.method, url, headers, body, region: call.region });
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }

  #changed(queueName: string): void {
    for (const listener of this.#listeners) listener(queueName);
  }

  /** A topic finds the queues of its subscriptions by their ARNs. */
  #watchDeliveries(queues: Stores["sqsStore"]): void {
    const find = queues.getQueueByArn.bind(queues);
    queues.getQueueByArn = (arn) => {
      const queue = find(arn);
      const carry = this.#carrier.getStore();
      return queue && carry ? carriedQueue(queue, carry) : queue;
    };
  }

  /** fauxqs tells its spy before the message is in the queue; hence the delay. */
  /** fauxqs tells its spy before the message is in the queue; hence the delay. */
  #watchQueues(): void {
    const tell = (queueName: string): void => this.#changed(queueName);
    const traces = this.#traces;
    const spy = {
      addMessage({ service, status, queueName, messageId }: Spied): void {
        if (service !== "sqs" || queueName === undefined) return;
        if (status === "published") traces.keep(messageId, currentTrace());
        setImmediate(tell, queueName);
      },
    };
    this.queues.spy = spy as NonNullable<Stores["sqsStore"]["spy"]>;
  }
}

/** The queue, except that what is put into it is carried there; each time as a message of its own. */
function carriedQueue(queue: Queue, carry: Carrier): Queue {
  const enqueue: Queue["enqueue"] = (message) =>
    carry(queue.arn, () => queue.enqueue({ ...message, messageId: randomUUID() }));
  return new Proxy(queue, {
    get(target, name) {
      if (name === "enqueue") return enqueue;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function loadModules(): Promise<Modules> {
  const load = async (path: string): Promise<object> =>
    (await import(new URL(path, import.meta.resolve("fauxqs")).href)) as object;
  const stores = ["sqs/sqsStore.js", "sns/snsStore.js", "s3/s3Store.js"];
  const paths = ["app.js", "sqs/sqsTypes.js", ...stores, "persistence.js"];
  const parts = await Promise.all(paths.map((path) => load(`./${path}`)));
  const modules = Object.assign({}, ...parts) as Modules;
  modules.INVALID_MESSAGE_BODY_CHAR.test = (text) => INVALID_CHARACTER.test(text);
  return modules;
}

function queueNameOf(body: Buffer | string | undefined): string {
  const { QueueUrl } = JSON.parse(String(body)) as { QueueUrl?: unknown };
  return String(QueueUrl).replace(/^.*\//, "");
}

const running = new WeakMap<Cloud, Promise<Fauxqs>>();

/** The fauxqs that S3, SQS and SNS of a cloud share; started when the first of them asks. */
export function fauxqsOf(cloud: Cloud): Promise<Fauxqs> {
  let fauxqs = running.get(cloud);
  if (!fauxqs) {
    const folder = cloud.dataFolder === undefined ? undefined : join(cloud.dataFolder, "fauxqs");
    fauxqs = Fauxqs.start(cloud.world.region, cloud.clock, folder);
    running.set(cloud, fauxqs);
  }
  return fauxqs;
}

/** Ends the cloud's fauxqs if there is one; the first of the three services to stop does it for all. */
export async function stopFauxqs(cloud: Cloud): Promise<void> {
  await (await running.get(cloud)?.catch(() => undefined))?.stop();
}

/** Throws the answer as the error that it is, unless it is a success. */
export function expectSuccess(answer: AwsReply & { readonly body: Buffer }): void {
  if (answer.status < 300) return;
  const text = answer.body.toString("utf8");
  const code = /"__type":"(?:[^"#]*#)?([^"]+)"/.exec(text) ?? /<Code>([^<]+)<\/Code>/.exec(text);
  const message = /"message":"([^"]+)"/.exec(text) ?? /<Message>([^<]+)<\/Message>/.exec(text);
  throw new AwsError(code?.[1] ?? "InternalFailure", message?.[1] ?? text, answer.status);
}
