/**
 * The table of the task manager. Everything that belongs together has one partition key, so that it is read by Query.
 *
 * | item               | pk               | sk                | byCreation (gsi1pk, gsi1sk) | byStatus (gsi2pk, gsi2sk)    | expiresAt          |
 * |--------------------|------------------|-------------------|-----------------------------|------------------------------|--------------------|
 * | task               | TASK#id          | TASK              | TASKS, createdAt#id         | STATUS#status, createdAt#id  |                    |
 * | attachment         | TASK#id          | ATTACHMENT#id     |                             |                              | while it is pending |
 * | import             | IMPORT#id        | IMPORT            |                             |                              | while it is waiting |
 * | idempotency record | IDEMPOTENCY#hash | IDEMPOTENCY       |                             |                              | always             |
 *
 * `expiresAt` (seconds since 1970) is the table's time to live. Both indexes project all attributes. The stream carries
 * old and new images: a new task is announced by `publish-created`, what a removed item leaves is removed by `clean-up`.
 *
 * All tasks share one partition of byCreation, which takes 1,000 writes a second; the API's rate and the import (one
 * chunk at a time) stay below it. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export const BY_CREATION = "byCreation";
export const BY_STATUS = "byStatus";

export const TASK = "TASK";
export const ATTACHMENT_PREFIX = "ATTACHMENT#";

export const taskKey = (id: string) => ({ pk: `TASK#${id}`, sk: TASK });

export const attachmentKey = (taskId: string, attachmentId: string) => ({
  pk: `TASK#${taskId}`,
  sk: `${ATTACHMENT_PREFIX}${attachmentId}`,
});

export const importKey = (id: string) => ({ pk: `IMPORT#${id}`, sk: "IMPORT" });

export const byCreation = (createdAt: string, id: string) => ({
  gsi1pk: "TASKS",
  gsi1sk: `${createdAt}#${id}`,
});

export const byStatus = (status: string, createdAt: string, id: string) => ({
  gsi2pk: `STATUS#${status}`,
  gsi2sk: `${createdAt}#${id}`,
});
