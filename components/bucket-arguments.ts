import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { StackDefaults } from "./base.ts";
import type { Mistake } from "./mistakes.ts";
import type { Transform } from "./transform.ts";

export interface SecureBucketArgs {
  readonly defaults: StackDefaults;
  /** Keeps old versions of objects, for `oldVersionDays`. @default true in production */
  readonly versioning?: boolean;
  /** Days that old versions are kept. @default 30 */
  readonly oldVersionDays?: number;
  /** Days after which objects are deleted, by the prefix of their keys; "" stands for all. @default never */
  readonly expirePrefixes?: Readonly<Record<string, number>>;
  /** Browser pages that may send requests, and which. @default no page; methods: POST alone, for presigned uploads */
  readonly cors?: { readonly allowedOrigins: readonly string[]; readonly methods?: readonly CorsMethod[] };
  /** Objects cannot be deleted or overwritten for so many days; implies versioning. @default off */
  readonly objectLock?: { readonly mode: "GOVERNANCE" | "COMPLIANCE"; readonly days: number };
  /** Every object is written once and never over another one; writers must say so (`If-None-Match: *`). @default false */
  readonly writeOnce?: boolean;
  /** Seconds after which a presigned request is refused, whatever it says itself. @default 600 */
  readonly maximumPresignedAgeSeconds?: number;
  /** Logs every access into a bucket made for it. @default true in production */
  readonly accessLogs?: boolean;
  /** ARN of a bucket whose access log S3 writes into this one. */
  readonly accessLogsOf?: pulumi.Input<string>;
  readonly transform?: { readonly bucket?: Transform<aws.s3.BucketArgs> };
}

export type CorsMethod = "GET" | "HEAD" | "PUT" | "POST" | "DELETE";

/** All mistakes in the arguments of a SecureBucket. */
export function mistakesInBucket(args: SecureBucketArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  const wantDays = (propertyPath: string, days: number | undefined) => {
    if (days === undefined || (Number.isInteger(days) && days >= 1)) return;
    mistakes.push({ propertyPath, reason: `is ${days}; give whole days, at least 1` });
  };
  wantDays("oldVersionDays", args.oldVersionDays);
  wantDays("objectLock.days", args.objectLock?.days);
  for (const [prefix, days] of Object.entries(args.expirePrefixes ?? {})) {
    wantDays(`expirePrefixes["${prefix}"]`, days);
    if (prefix.startsWith("/") || prefix.includes("*")) {
      mistakes.push({
        propertyPath: `expirePrefixes["${prefix}"]`,
        reason: "is no prefix; leave out / before and * behind it",
      });
    }
  }
  const age = args.maximumPresignedAgeSeconds;
  if (age !== undefined && !(age >= 1 && age <= 604_800)) {
    mistakes.push({ propertyPath: "maximumPresignedAgeSeconds", reason: `is ${age}; S3 takes 1 to 604,800` });
  }
  if (args.versioning === false && args.objectLock) {
    mistakes.push({
      propertyPath: "versioning",
      reason: "is false, but objectLock needs it; leave one of them out",
    });
  }
  for (const [index, allowed] of (args.cors?.allowedOrigins ?? []).entries()) {
    if (/^https?:\/\/[^/*]+$/.test(allowed)) continue;
    const reason = `is "${allowed}"; give an origin such as https://app.example.com, without * and path`;
    mistakes.push({ propertyPath: `cors.allowedOrigins[${index}]`, reason });
  }
  return mistakes;
}
