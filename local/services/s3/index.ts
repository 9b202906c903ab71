/**
 * S3, carried out by fauxqs.
 *
 * Supported: objects, ranges, conditions, multipart uploads, copies, lists, presigned URLs and forms with their policy,
 * CORS, notifications. Accepted without effect: versioning (the latest version only is kept), encryption, lifecycle,
 * logging, object lock, ownership. Not supported: everything that names a version, tags, access control lists.
 */
import { recreate } from "../../core/recreate.ts";
import type { Service, ServiceDefinition } from "../../core/service.ts";
import { fauxqsOf, stopFauxqs } from "../../real-parts/fauxqs.ts";
import { operationName } from "./operation.ts";
import { Operations } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { realizers } from "./realize.ts";

export const s3: ServiceDefinition = {
  name: "s3",
  signingNames: ["s3"],
  protocol: "rest-xml",
  outputs,
  operationOf: operationName,
  create: (cloud): Service => {
    const operations = new Operations(cloud);
    const realize = realizers(cloud);
    return {
      realize,
      reset: async () => {
        const { objects } = await fauxqsOf(cloud);
        for (const { name } of objects.listBuckets()) objects.emptyBucket(name);
        await recreate(cloud, realize);
      },
      start: async () => void (await fauxqsOf(cloud)),
      call: (call) => operations.answer(call),
      busy: () => operations.busy,
      stop: () => stopFauxqs(cloud),
    };
  },
};
