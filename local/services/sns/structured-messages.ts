/**
 * Messages with a text per protocol (`MessageStructure: "json"`). fauxqs knows one text per message, so it gets that of
 * queues; the texts of the other protocols are kept here until they are delivered.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
 */
import { AwsError } from "../../core/errors.ts";

type Texts = Readonly<Record<string, string>>;

/** Deliveries follow at once; more than this are never on their way. */
const MOST_KEPT = 10_000;

const STRUCTURE = /^(?:PublishBatchRequestEntries\.(?:member|entry)\.\d+\.)?MessageStructure$/;

export class StructuredMessages {
  readonly #byQueueText = new Map<string, Texts>();

  /**
   * Turns structured messages of a Publish or PublishBatch call into plain ones.
   * @throws AwsError InvalidParameter as AWS does
   */
  flatten(parameters: URLSearchParams): void {
    for (const name of [...parameters.keys()].filter((key) => STRUCTURE.test(key))) {
      if (parameters.get(name) !== "json") throw invalid("MessageStructure");
      const message = name.replace(/MessageStructure$/, "Message");
      const texts = parse(parameters.get(message) ?? "");
      const queueText = texts.sqs ?? texts.default ?? "";
      this.#keep(queueText, texts);
      parameters.set(message, queueText);
      parameters.delete(name);
    }
  }

  /** The text for a protocol of the message that queues get as `queueText`. */
  textFor(protocol: string, queueText: string): string {
    const texts = this.#byQueueText.get(queueText);
    return texts?.[protocol] ?? texts?.default ?? queueText;
  }

  #keep(queueText: string, texts: Texts): void {
    this.#byQueueText.set(queueText, texts);
    const [oldest] = this.#byQueueText.keys();
    if (this.#byQueueText.size > MOST_KEPT && oldest !== undefined) this.#byQueueText.delete(oldest);
  }
}

function parse(message: string): Texts {
  let texts: unknown;
  try {
    texts = JSON.parse(message);
  } catch {
    throw invalid("Message Structure - JSON message body failed to parse");
  }
  const entries = typeof texts === "object" && texts !== null ? Object.entries(texts) : [];
  const strings = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  if (!strings.some(([protocol]) => protocol === "default")) {
    throw invalid("Message Structure - No default entry in JSON message body");
  }
  return Object.fromEntries(strings);
}

function invalid(what: string): AwsError {
  return new AwsError("InvalidParameter", `Invalid parameter: ${what}`);
}
