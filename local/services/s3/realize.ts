/** Makes the program's buckets and objects in fauxqs. */
import { readFile } from "node:fs/promises";
import { AwsError, UserError } from "../../core/errors.ts";
import type { Properties, Resource, Value } from "../../core/graph.ts";
import type { Cloud, Realizer } from "../../core/service.ts";
import { expectSuccess, fauxqsOf } from "../../real-parts/fauxqs.ts";

export function realizers(cloud: Cloud): Readonly<Record<string, Realizer>> {
  const bucket = bucketRealizer(cloud);
  const object = objectRealizer(cloud);
  return {
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketV2:BucketV2": bucket,
    "aws:s3/bucketObject:BucketObject": object,
    "aws:s3/bucketObjectv2:BucketObjectv2": object,
  };
}

function bucketRealizer(cloud: Cloud): Realizer {
  const create = async ({ id }: Resource): Promise<void> => {
    (await fauxqsOf(cloud)).objects.createBucket(id);
  };
  const remove = async ({ id, inputs, name }: Resource): Promise<void> => {
    const { objects } = await fauxqsOf(cloud);
    if (!objects.hasBucket(id)) return;
    if (inputs.forceDestroy !== true && objects.listObjects(id, { maxKeys: 1 }).objects.length > 0) {
      const message = `Bucket ${name} is not empty, and it has no forceDestroy, so it is kept, as AWS would keep it`;
      cloud.log({ kind: "warning", source: "s3", message });
      return;
    }
    objects.emptyBucket(id);
    objects.deleteBucket(id);
  };
  return {
    create,
    delete: remove,
    update: async (bucket, previous) => {
      if (bucket.id !== previous.id) await remove(previous);
      await create(bucket);
    },
  };
}

function objectRealizer(cloud: Cloud): Realizer {
  const create = async (object: Resource): Promise<void> => {
    const fauxqs = await fauxqsOf(cloud);
    const { inputs } = object;
    const answer = await fauxqs.request({
      method: "PUT",
      url: urlOf(object),
      region: cloud.world.region,
      headers: {
        ...header("content-type", inputs.contentType),
        ...header("cache-control", inputs.cacheControl),
        ...header("content-disposition", inputs.contentDisposition),
        ...header("content-language", inputs.contentLanguage),
        ...header("content-encoding", inputs.contentEncoding),
        ...metadata(inputs.metadata),
      },
      body: await contentOf(object),
    });
    expectSuccess(answer);
  };
  const remove = async ({ inputs, outputs }: Resource): Promise<void> => {
    const { objects } = await fauxqsOf(cloud);
    const bucket = String(inputs.bucket);
    if (objects.hasBucket(bucket)) objects.deleteObject(bucket, String(outputs.key));
  };
  return {
    create,
    delete: remove,
    update: async (object, previous) => {
      if (object.id !== previous.id) await remove(previous);
      await create(object);
    },
  };
}

async function contentOf({ inputs, name }: Resource): Promise<Buffer> {
  const { content, contentBase64, source } = inputs;
  if (typeof content === "string") return Buffer.from(content, "utf8");
  if (typeof contentBase64 === "string") return Buffer.from(contentBase64, "base64");
  const asset = source as { kind?: string; path?: string; text?: string } | undefined;
  if (asset?.kind === "asset" && asset.text !== undefined) return Buffer.from(asset.text, "utf8");
  if (asset?.kind === "asset" && asset.path !== undefined) return readFile(asset.path);
  if (source === undefined) return Buffer.alloc(0);
  throw new UserError(
    `The local cloud can make the object ${name} from text or a file only, not from an archive.`,
  );
}

function urlOf({ inputs, outputs }: Resource): string {
  const key = String(outputs.key).split("/").map(encodeURIComponent).join("/");
  if (key === "") throw new AwsError("InvalidArgument", "An object needs a key.");
  return `/${String(inputs.bucket)}/${key}`;
}

function header(name: string, value: Value | undefined): Record<string, string> {
  return typeof value === "string" ? { [name]: value } : {};
}

function metadata(value: Value | undefined): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value as Properties).map(([name, text]) => [
      `x-amz-meta-${name.toLowerCase()}`,
      String(text),
    ]),
  );
}
