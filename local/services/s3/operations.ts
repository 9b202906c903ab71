/** Answers S3's API calls: checked and authorized here, carried out by fauxqs. */
import { AwsError } from "../../core/errors.ts";
import { SECRET_ACCESS_KEY } from "../../core/identity.ts";
import type { AwsCall, AwsReply, Cloud, Principal } from "../../core/service.ts";
import { errorReply } from "../../endpoint/error-reply.ts";
import { logFailure } from "../../real-parts/failure-log.ts";
import { type Fauxqs, fauxqsOf } from "../../real-parts/fauxqs.ts";
import { answerHeaders, preflight } from "./cors.ts";
import type { ObjectChange } from "./events.ts";
import { readForm, type UploadForm } from "./form.ts";
import { Notifier } from "./notify.ts";
import { type OperationName, operationOf, type S3Operation } from "./operation.ts";
import { bucketArn, deletedKeys, permissions } from "./permissions.ts";
import { checkPolicy, checkSignature } from "./post-policy.ts";
import { checkExpiry } from "./presigned.ts";
import { corsRules, versioning } from "./settings.ts";

/** Event and reason of the operations that make or remove objects. */
const CHANGES: Partial<Record<OperationName, readonly [event: string, reason: string]>> = {
  CompleteMultipartUpload: ["ObjectCreated:CompleteMultipartUpload", "CompleteMultipartUpload"],
  CopyObject: ["ObjectCreated:Copy", "CopyObject"],
  DeleteObject: ["ObjectRemoved:Delete", "DeleteObject"],
  DeleteObjects: ["ObjectRemoved:Delete", "DeleteObjects"],
  PostObject: ["ObjectCreated:Post", "POST Object"],
  PutObject: ["ObjectCreated:Put", "PutObject"],
};

/** Who signs nothing may do only what a bucket's policy allows everybody. */
const ANONYMOUS: Principal = { kind: "role", arn: "anonymous" };

const SOURCE_IP = "127.0.0.1";
const SEQUENCER_DIGITS = 16;

export class Operations {
  readonly #cloud: Cloud;
  /** Objects that a conditional write is under way for. */
  readonly #claimed = new Set<string>();
  readonly #notifier: Notifier;
  #sequence = 0n;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#notifier = new Notifier(cloud);
  }

  /** Whether notifications are being delivered. */
  get busy(): boolean {
    return this.#notifier.busy;
  }

  /** Errors are answered here too, because a browser may only read what comes with the CORS headers. */
  async answer(call: AwsCall): Promise<AwsReply> {
    const [, bucket = ""] = call.path.split("/", 2);
    const rules = call.headers.origin === undefined ? [] : corsRules(this.#cloud, decodeURIComponent(bucket));
    if (call.method === "OPTIONS") return preflight(call, rules);
    const headers = answerHeaders(call, rules);
    try {
      const reply = await this.#carryOut(call);
      return { ...reply, headers: { ...reply.headers, ...headers } };
    } catch (error) {
      if (!(error instanceof AwsError) || Object.keys(headers).length === 0) throw error;
      const reply = errorReply("rest-xml", error, call);
      return { ...reply, headers: { ...reply.headers, ...headers } };
    }
  }

  async #carryOut(arrived: AwsCall): Promise<AwsReply> {
    const now = this.#cloud.clock.now();
    let operation = operationOf(arrived);
    checkExpiry(arrived, now);
    let form: UploadForm | undefined;
    if (operation.name === "PostObject") {
      form = readForm(arrived);
      operation = { ...operation, key: form.fields.get("key") ?? "" };
    }
    const isSigned = form?.fields.has("x-amz-credential") ?? isSignedCall(arrived);
    const call = isSigned ? arrived : { ...arrived, principal: ANONYMOUS };
    this.#cloud.authorize(call.principal, permissions(operation, call));
    if (form) {
      if (isSigned && call.principal.kind === "role") checkSignature(form, SECRET_ACCESS_KEY);
      checkPolicy(form, operation.bucket, now);
    }

    const fauxqs = await fauxqsOf(this.#cloud);
    const own = this.#ownAnswer(operation, fauxqs);
    if (own) return own;
    const release = this.#claim(operation, call, fauxqs);
    const reply = await fauxqs.forward(call).finally(release);
    logFailure(this.#cloud, "s3", operation.name, call, reply);
    if (reply.status === 404 && isRead(operation)) this.#hideAbsence(operation, call);
    if (reply.status < 300) this.#tell(operation, call, fauxqs);
    return reply;
  }

  /** Operations that fauxqs does not have. */
  #ownAnswer({ name, bucket }: S3Operation, fauxqs: Fauxqs): AwsReply | undefined {
    if (name !== "GetBucketLocation" && name !== "GetBucketVersioning") return undefined;
    if (!fauxqs.objects.hasBucket(bucket)) {
      throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
    }
    const { region } = this.#cloud.world;
    const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
    const status = versioning(this.#cloud, bucket);
    const body =
      name === "GetBucketLocation"
        ? `<LocationConstraint ${namespace}>${region === "us-east-1" ? "" : region}</LocationConstraint>`
        : `<VersioningConfiguration ${namespace}>${status === undefined ? "" : `<Status>${status}</Status>`}</VersioningConfiguration>`;
    return {
      status: 200,
      headers: { "content-type": "application/xml" },
      body: `<?xml version="1.0"?>\n${body}`,
    };
  }

  /**
   * Carries out the condition of a write.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
   * @returns to be called when the write is done
   */
  #claim({ name, bucket, key }: S3Operation, call: AwsCall, fauxqs: Fauxqs): () => void {
    const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = call.headers;
    const isWrite = name === "PutObject" || name === "CompleteMultipartUpload";
    if (!isWrite || (ifMatch === undefined && ifNoneMatch === undefined)) return () => undefined;
    const object = `${bucket}/${key}`;
    if (this.#claimed.has(object)) {
      const message =
        "The conditional request cannot succeed due to a conflicting operation against this resource.";
      throw new AwsError("ConditionalRequestConflict", message, 409);
    }
    const etag = find(fauxqs, bucket, key)?.etag;
    if (ifMatch !== undefined && etag === undefined) {
      throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
    }
    const isMet = ifNoneMatch === undefined ? unquoted(ifMatch) === unquoted(etag) : etag === undefined;
    if (!isMet) {
      const message = "At least one of the pre-conditions you specified did not hold";
      throw new AwsError("PreconditionFailed", message, 412);
    }
    this.#claimed.add(object);
    return () => void this.#claimed.delete(object);
  }

  /** Who may not list a bucket is not told that an object is not there. */
  #hideAbsence({ bucket, key }: S3Operation, call: AwsCall): void {
    const context = { "s3:prefix": key };
    this.#cloud.authorize(call.principal, [
      { action: "s3:ListBucket", resource: bucketArn(bucket), context },
    ]);
  }

  #tell(operation: S3Operation, call: AwsCall, fauxqs: Fauxqs): void {
    const change = CHANGES[operation.name];
    if (!change) return;
    const keys = operation.name === "DeleteObjects" ? deletedKeys(call) : [operation.key];
    for (const key of keys) this.#notifier.notify(this.#change({ ...operation, key }, change, call, fauxqs));
  }

  #change(
    { bucket, key }: S3Operation,
    [name, reason]: readonly [string, string],
    call: AwsCall,
    fauxqs: Fauxqs,
  ): ObjectChange {
    const now = this.#cloud.clock.now();
    const isCreated = name.startsWith("ObjectCreated");
    const object = isCreated ? find(fauxqs, bucket, key) : undefined;
    const hasMarker = !isCreated && versioning(this.#cloud, bucket) === "Enabled";
    return {
      bucket,
      key,
      event: hasMarker ? "ObjectRemoved:DeleteMarkerCreated" : name,
      reason,
      ...(object ? { size: object.contentLength, etag: unquoted(object.etag) ?? "" } : {}),
      sequencer: this.#nextSequencer(now),
      requestId: call.requestId,
      requester: this.#cloud.world.account,
      sourceIp: SOURCE_IP,
      at: new Date(now).toISOString(),
    };
  }

  #nextSequencer(now: number): string {
    const byTime = BigInt(now) << 16n;
    this.#sequence = byTime > this.#sequence ? byTime : this.#sequence + 1n;
    return this.#sequence.toString(16).toUpperCase().padStart(SEQUENCER_DIGITS, "0");
  }
}

function isSignedCall({ headers, query }: AwsCall): boolean {
  return headers.authorization !== undefined || query.has("X-Amz-Credential");
}

function isRead({ name }: S3Operation): boolean {
  return name === "GetObject" || name === "HeadObject" || name === "GetObjectAttributes";
}

function find(
  fauxqs: Fauxqs,
  bucket: string,
  key: string,
): ReturnType<Fauxqs["objects"]["headObject"]> | undefined {
  try {
    return fauxqs.objects.headObject(bucket, key);
  } catch {
    return undefined;
  }
}

function unquoted(etag: string | undefined): string | undefined {
  return etag?.replaceAll('"', "");
}
