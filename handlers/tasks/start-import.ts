/**
 * `POST /imports`
 *
 * - TASKS_TABLE: GetItem, PutItem
 * - TASKS_BUCKET: PutObject on imports/* (with which the form is signed)
 */
import { api } from "../shared/api.ts";
import type { Bucket } from "../shared/bucket.ts";
import { openBucket } from "../shared/bucket.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { once } from "../shared/idempotency.ts";
import { newId } from "../shared/ids.ts";
import { jsonBody } from "../shared/json-body.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { parse } from "../shared/validation.ts";
import { assertFileName } from "./file-name.ts";
import { startImportSchema } from "./import.schema.ts";
import { waitingImport } from "./import-store.ts";
import { PRESIGNED_SECONDS } from "./limits.ts";
import { importObject, uploadForm } from "./objects.ts";

const env = readEnv(["TASKS_TABLE", "TASKS_BUCKET"]);
const table = openTable(env.TASKS_TABLE);
const bucket = openBucket(env.TASKS_BUCKET);

/** Gives out a form that uploads a CSV file; the import begins when the file is there. */
export function startImport(request: ApiRequest, table: Table, bucket: Bucket): Promise<ApiResponse> {
  const { fileName, size } = parse(startImportSchema, jsonBody(request));
  assertFileName(fileName);
  const effect = async () => {
    const now = new Date();
    const importId = newId(now);
    const upload = await uploadForm(bucket, importObject(importId), "text/csv", size);
    return {
      writes: [waitingImport(table, importId, fileName, request.id, now)],
      response: {
        status: 201,
        headers: { location: `${request.url}/${importId}` },
        body: { importId, upload },
      },
    };
  };
  return once(request, table, effect, { lifetimeSeconds: PRESIGNED_SECONDS });
}

export const handler = api((request) => startImport(request, table, bucket));
