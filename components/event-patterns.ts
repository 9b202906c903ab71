/** EventBridge patterns: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html */

/** A pattern, as EventBridge and event source mappings take it. */
export type EventPattern = Readonly<Record<string, unknown>>;

/** Which objects of a bucket are meant. */
export interface ObjectFilter {
  /** What the key begins with, such as `imports/`. @default any */
  readonly prefix?: string;
  /** What the key ends with, such as `.csv`. @default any */
  readonly suffix?: string;
  /** `detail-type`s of S3's events. @default ["Object Created"] */
  readonly detailTypes?: readonly string[];
}

/** S3's events on objects of one bucket, which come on the default bus. */
export function objectPattern(bucketName: string, filter: ObjectFilter): EventPattern {
  const key = keyPattern(filter);
  return {
    source: ["aws.s3"],
    "detail-type": filter.detailTypes ?? ["Object Created"],
    detail: {
      bucket: { name: [bucketName] },
      ...(key !== undefined && { object: { key: [key] } }),
    },
  };
}

/** A list of conditions means "one of them"; prefix and suffix together are one wildcard. */
function keyPattern({ prefix = "", suffix = "" }: ObjectFilter): EventPattern | undefined {
  if (prefix !== "" && suffix !== "") return { wildcard: `${literal(prefix)}*${literal(suffix)}` };
  if (prefix !== "") return { prefix };
  if (suffix !== "") return { suffix };
  return undefined;
}

function literal(text: string): string {
  return text.replace(/[\\*]/g, (character) => `\\${character}`);
}
