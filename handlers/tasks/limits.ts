/** Sizes (in bytes) and types of the files that the task manager takes. */

const MB = 1_000_000;
const MIB = 1024 * 1024;

/**
 * Largest text file as the body of a request. A function is invoked with 6 MB at most
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), the rest of the event included.
 */
export const MAX_DIRECT_TEXT_BYTES = 5 * MIB;

/** Largest binary file as the body: it reaches the function in base64, which makes 6.0 MB of 4.5 MB. */
export const MAX_DIRECT_BINARY_BYTES = 4.5 * MB;

/** Largest file through a presigned form, which goes to S3 directly. */
export const MAX_PRESIGNED_BYTES = 25 * MIB;

/** Largest CSV file: 100,000 rows of 1 KB. */
export const MAX_IMPORT_BYTES = 100 * MIB;

/** Largest row of a CSV file. All texts of a task at their longest, in 4-byte characters, are 21 KB. */
export const MAX_ROW_BYTES = 64 * 1024;

/** How long a presigned form or link can be used. */
export const PRESIGNED_SECONDS = 300;

/** Types of attachments. None of them is a page or a program that a browser would run. */
export const ATTACHMENT_TYPES = [
  "application/pdf",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  "application/zip",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/webp",
  "text/csv",
  "text/markdown",
  "text/plain",
] as const;
