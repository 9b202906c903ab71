/** The functions of the task manager, each with a role of its own and exactly what it needs. */
import type { AlarmedFunction } from "../components/alarmed-function.ts";
import type { Secret } from "../components/secret.ts";
import type { SecureBucket } from "../components/secure-bucket.ts";
import type { SecureTable } from "../components/secure-table.ts";
import type { SecureTopic } from "../components/secure-topic.ts";
import type { FunctionFactory } from "./functions.ts";
import type { ImportStep } from "./tasks-import.ts";
import type { TaskOperation } from "./tasks-routes.ts";

/** Where the system keeps what it knows. */
export interface Stores {
  readonly table: SecureTable;
  readonly files: SecureBucket;
  readonly cursorKey: Secret;
  /** Key of the external classification service. */
  readonly serviceKey: Secret;
}

/** Who is told what. */
export interface Topics {
  readonly events: SecureTopic;
  readonly reports: SecureTopic;
}

/** The functions behind the API's routes, each with exactly what it needs. */
export function createOperations(
  make: FunctionFactory,
  { table, files, cursorKey }: Stores,
  allowedOrigins: readonly string[],
): Record<TaskOperation, AlarmedFunction> {
  const environment = { CORS_ALLOWED_ORIGINS: allowedOrigins.join(",") };
  const CURSOR_KEY_SECRET_ARN = cursorKey.link("read");
  return {
    create: make("create", {
      description: "POST /tasks",
      environment,
      links: { TASKS_TABLE: table.link(["get", "put"]) },
    }),
    list: make("list", {
      description: "GET /tasks",
      environment,
      links: { TASKS_TABLE: table.link("query", { table: false }), CURSOR_KEY_SECRET_ARN },
    }),
    get: make("get", {
      description: "GET /tasks/{id}",
      environment,
      links: { TASKS_TABLE: table.link("get") },
    }),
    update: make("update", {
      description: "PUT /tasks/{id}",
      environment,
      links: { TASKS_TABLE: table.link(["get", "update"]) },
    }),
    delete: make("delete", {
      description: "DELETE /tasks/{id}",
      environment,
      links: { TASKS_TABLE: table.link("delete") },
    }),
    upload: make("upload", {
      description: "POST /tasks/{id}/upload",
      environment,
      links: {
        TASKS_TABLE: table.link(["get", "put", "update", "check"]),
        TASKS_BUCKET: files.link("write", "attachments/*"),
      },
    }),
    attachments: make("attachments", {
      description: "GET /tasks/{id}/attachments",
      environment,
      links: {
        TASKS_TABLE: table.link(["get", "query"], { indexes: [] }),
        TASKS_BUCKET: files.link("read", "attachments/*"),
        CURSOR_KEY_SECRET_ARN,
      },
    }),
    startImport: make("start-import", {
      description: "POST /imports",
      environment,
      links: { TASKS_TABLE: table.link(["get", "put"]), TASKS_BUCKET: files.link("write", "imports/*") },
    }),
    getImport: make("get-import", {
      description: "GET /imports/{id}",
      environment,
      links: { TASKS_TABLE: table.link("get") },
    }),
  };
}

/** What follows from a change of a task, besides the answer to the request. */
export type TaskConsumer = "publish" | "process" | "cleanUp" | "stored";

export function createConsumers(
  make: FunctionFactory,
  { table, files, serviceKey }: Stores,
  { events }: Topics,
  serviceUrl: string,
): Record<TaskConsumer, AlarmedFunction> {
  return {
    publish: make("publish-created", {
      description: "Announces new tasks.",
      links: { TASK_EVENTS_TOPIC_ARN: events.link("publish") },
    }),
    process: make("process-task", {
      description: "Classifies a new task with an external service.",
      timeoutSeconds: 30,
      environment: { TASK_SERVICE_URL: serviceUrl },
      links: { TASKS_TABLE: table.link(["get", "update"]), TASK_SERVICE_SECRET_ARN: serviceKey.link("read") },
    }),
    cleanUp: make("clean-up", {
      description: "Removes what deleted tasks leave behind.",
      links: {
        TASKS_TABLE: table.link(["query", "delete"], { indexes: [] }),
        TASKS_BUCKET: files.link("delete", "attachments/*"),
      },
    }),
    stored: make("attachment-stored", {
      description: "Completes attachments whose file has arrived.",
      links: { TASKS_TABLE: table.link("update"), TASKS_BUCKET: files.link("delete", "attachments/*") },
    }),
  };
}

export function createImportSteps(
  make: FunctionFactory,
  { table, files }: Stores,
  { reports }: Topics,
): Record<ImportStep, AlarmedFunction> {
  const TASKS_BUCKET = files.link("read", "imports/*");
  const ends = {
    timeoutSeconds: 30,
    links: { TASKS_TABLE: table.link("update"), IMPORT_REPORTS_TOPIC_ARN: reports.link("publish") },
  };
  return {
    begin: make("import-begin", {
      description: "Takes an uploaded CSV file on, once.",
      timeoutSeconds: 30,
      links: { TASKS_TABLE: table.link("update"), TASKS_BUCKET },
    }),
    chunk: make("import-chunk", {
      description: "Creates the tasks of about a thousand rows.",
      timeoutSeconds: 120,
      memoryMegabytes: 512,
      links: { TASKS_TABLE: table.link(["put", "update"]), TASKS_BUCKET },
    }),
    report: make("import-report", { ...ends, description: "Ends an import and reports it." }),
    fail: make("import-failed", {
      ...ends,
      description: "Ends an import that cannot go on, and reports it.",
    }),
  };
}
