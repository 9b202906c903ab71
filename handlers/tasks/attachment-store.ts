/**
 * Reads and writes of attachments. An attachment is `pending` from the moment its place is given away and `stored` once
 * its file is there; a pending one expires. Each function names the DynamoDB actions that it needs.
 */
import { DeleteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import type { Key, Page, Table, TransactWrite, WriteOutcome } from "../shared/dynamo.ts";
import { conditionally, queryPage } from "../shared/dynamo.ts";
import type { attachmentSchema } from "./answers.schema.ts";
import { ATTACHMENT_PREFIX, attachmentKey, taskKey } from "./keys.ts";

export type Attachment = z.infer<typeof attachmentSchema>;

/** How long a pending attachment waits for its file: far longer than the form is good and the event may take. */
const PENDING_SECONDS = 24 * 60 * 60;

/**
 * How the file comes: `presigned` through a form, so that the event of its object completes the attachment; `direct` by
 * the request, which completes it itself.
 */
export type UploadForm = "presigned" | "direct";

/** Part of a transaction; PutItem */
export function pendingAttachment(
  { name }: Table,
  taskId: string,
  file: Attachment,
  form: UploadForm,
): TransactWrite {
  const expiresAt = Math.floor(Date.parse(file.createdAt) / 1000) + PENDING_SECONDS;
  return {
    Put: {
      TableName: name,
      Item: {
        ...attachmentKey(taskId, file.attachmentId),
        ...file,
        taskId,
        form,
        state: "pending",
        expiresAt,
      },
      ConditionExpression: "attribute_not_exists(pk)",
    },
  };
}

const STORE = {
  UpdateExpression: "SET #state = :stored, #size = :size REMOVE expiresAt",
  ConditionExpression: "#form = :form",
  ExpressionAttributeNames: { "#state": "state", "#size": "size", "#form": "form" },
};

/** Part of a transaction: the file of a direct upload is there; UpdateItem */
export function directlyStored(
  { name }: Table,
  taskId: string,
  { attachmentId, size }: Attachment,
): TransactWrite {
  const values = { ":stored": "stored", ":size": size, ":form": "direct" satisfies UploadForm };
  const Key = attachmentKey(taskId, attachmentId);
  return { Update: { TableName: name, Key, ...STORE, ExpressionAttributeValues: values } };
}

/**
 * Notes that the file of a presigned upload is there; UpdateItem. It may be called again.
 * @returns refused when there is no such attachment, or when its upload is a direct one (`exists`)
 */
export function markStored(
  { client, name }: Table,
  taskId: string,
  attachmentId: string,
  size: number,
): Promise<WriteOutcome<unknown>> {
  return conditionally(
    client.send(
      new UpdateCommand({
        TableName: name,
        Key: attachmentKey(taskId, attachmentId),
        ...STORE,
        ExpressionAttributeValues: {
          ":stored": "stored",
          ":size": size,
          ":form": "presigned" satisfies UploadForm,
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    ),
  );
}

/** A page of the stored attachments of a task, oldest first; Query on the table. */
export function listAttachments(
  table: Table,
  taskId: string,
  limit: number,
  start?: Key,
): Promise<Page<Attachment>> {
  return queryPage(
    table,
    {
      ...attachmentsOf(taskId),
      FilterExpression: "#state = :stored",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: { ...attachmentsOf(taskId).ExpressionAttributeValues, ":stored": "stored" },
    },
    limit,
    start,
  );
}

/** Removes all attachments of a task, pending ones too; Query on the table, DeleteItem. */
export async function removeAttachments(table: Table, taskId: string): Promise<void> {
  let start: Key | undefined;
  do {
    const page = await queryPage<Key>(table, { ...attachmentsOf(taskId), ConsistentRead: true }, 25, start);
    await Promise.all(
      page.items.map(({ pk, sk }) =>
        table.client.send(new DeleteCommand({ TableName: table.name, Key: { pk, sk } })),
      ),
    );
    start = page.next;
  } while (start);
}

function attachmentsOf(taskId: string) {
  return {
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":pk": taskKey(taskId).pk, ":prefix": ATTACHMENT_PREFIX },
  };
}
