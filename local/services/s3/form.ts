/** Reading the multipart form of a browser's upload. */
import { AwsError } from "../../core/errors.ts";
import type { AwsCall } from "../../core/service.ts";

export interface UploadForm {
  /** By lower-case name. `key` has the file's name in the place of `${filename}`. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileSize: number;
}

const HEADERS_END = "\r\n\r\n";

/**
 * Fields after the file are ignored, as AWS does.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export function readForm(call: AwsCall): UploadForm {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(call.headers["content-type"] ?? "");
  const delimiter = `\r\n--${boundary?.[1] ?? boundary?.[2] ?? ""}`;
  const body = Buffer.concat([Buffer.from("\r\n"), call.body]);
  const fields = new Map<string, string>();
  if (!boundary) throw malformed();
  for (let start = body.indexOf(delimiter); start >= 0; ) {
    const headersAt = start + delimiter.length;
    const headersEnd = body.indexOf(HEADERS_END, headersAt);
    const end = body.indexOf(delimiter, headersAt);
    if (end < 0 || headersEnd < 0 || headersEnd > end) break;
    const headers = body.toString("utf8", headersAt, headersEnd);
    const name = /;\s*name="([^"]*)"/i.exec(headers)?.[1]?.toLowerCase();
    const valueAt = headersEnd + HEADERS_END.length;
    if (name === "file") {
      const fileName = /;\s*filename="([^"]*)"/i.exec(headers)?.[1] ?? "";
      const key = fields.get("key");
      if (key !== undefined)
        fields.set(
          "key",
          key.replaceAll(/\$\{filename\}/g, () => fileName),
        );
      return { fields, fileSize: end - valueAt };
    }
    if (name !== undefined) fields.set(name, body.toString("utf8", valueAt, end));
    start = end;
  }
  throw malformed("POST requires exactly one file upload per request.");
}

function malformed(
  message = "The body of your POST request is not well-formed multipart/form-data.",
): AwsError {
  return new AwsError(message.startsWith("POST") ? "InvalidArgument" : "MalformedPOSTRequest", message);
}
