import type * as pulumi from "@pulumi/pulumi";
import type { AlarmedFunction } from "../components/alarmed-function.ts";
import { Component, type StackDefaults } from "../components/base.ts";
import { EventPipeline } from "../components/event-pipeline.ts";
import { RestApi } from "../components/rest-api.ts";
import { Secret } from "../components/secret.ts";
import { SecureBucket } from "../components/secure-bucket.ts";
import { SecureTable } from "../components/secure-table.ts";
import { SecureTopic } from "../components/secure-topic.ts";
import type { ServiceDashboardArgs } from "../components/service-dashboard.ts";
import { Workflow } from "../components/workflow.ts";
import { ATTACHMENT_TYPES } from "../handlers/tasks/limits.ts";
import type { TasksSettings } from "../settings/tasks.ts";
import { functionFactory } from "./functions.ts";
import type { SystemArgs } from "./system.ts";
import {
  createConsumers,
  createImportSteps,
  createOperations,
  type Stores,
  type TaskConsumer,
  type Topics,
} from "./tasks-functions.ts";
import { type ImportStep, importDefinition } from "./tasks-import.ts";
import { type TaskOperation, taskRoutes } from "./tasks-routes.ts";

export type TasksArgs = SystemArgs<TasksSettings>;

/** An import may take as long as 100,000 rows and some retries take. */
const IMPORT_SECONDS = 6 * 3600;
const UNFINISHED_IMPORT_DAYS = 30;

/**
 * The task manager: a REST API with API keys, attachments, e-mail on creation, background work and CSV imports.
 *
 * Creates: a table and a bucket, topics for task events and import reports, a function with a role of its own per
 * operation and per step, the API, the pipelines from the table's stream through SNS and SQS to the worker, and the import's
 * workflow.
 */
export class Tasks extends Component {
  readonly apiUrl: pulumi.Output<string>;
  /** Secret. */
  readonly apiKey: pulumi.Output<string> | undefined;
  /** What a dashboard shows of this system. */
  readonly watched: ServiceDashboardArgs;

  constructor(name: string, args: TasksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Tasks", name, {}, opts);
    const make = functionFactory("tasks", name, args.defaults, this);
    const stores = createStores(name, args, this);
    const topics = createTopics(name, args.settings, this);

    const operations = createOperations(make, stores, args.allowedOrigins);
    const api = createApi(name, args, operations, this);
    const consumers = createConsumers(make, stores, topics, args.settings.serviceUrl);
    const pipelines = createPipelines(name, args.defaults, consumers, stores, topics, this);
    const steps = createImportSteps(make, stores, topics);
    const imports = createImportWorkflow(name, args.defaults, stores.files, steps, this);

    this.apiUrl = api.url;
    this.apiKey = api.apiKeyValue;
    const functions = [...Object.values(operations), ...Object.values(consumers), ...Object.values(steps)];
    this.watched = { apis: [api], functions, pipelines, workflows: [imports], tables: [stores.table] };
    this.registerOutputs({ apiUrl: this.apiUrl, apiKey: this.apiKey });
  }
}

function createStores(
  name: string,
  { defaults, settings, allowedOrigins, cursorKey }: TasksArgs,
  parent: pulumi.Resource,
): Stores {
  const table = new SecureTable(
    name,
    {
      defaults,
      partitionKey: "pk",
      sortKey: "sk",
      indexes: {
        byCreation: { partitionKey: "gsi1pk", sortKey: "gsi1sk" },
        byStatus: { partitionKey: "gsi2pk", sortKey: "gsi2sk" },
      },
      timeToLive: "expiresAt",
      stream: true,
    },
    { parent },
  );
  const files = new SecureBucket(
    `${name}-files`,
    { defaults, cors: { allowedOrigins }, expirePrefixes: { "imports/": UNFINISHED_IMPORT_DAYS } },
    { parent },
  );
  const serviceKey = new Secret(
    `${name}-service-key`,
    { defaults, description: "What the classification service asks for.", value: settings.serviceKey },
    { parent },
  );
  return { table, files, cursorKey, serviceKey };
}

function createTopics(name: string, settings: TasksSettings, parent: pulumi.Resource): Topics {
  const events = new SecureTopic(`${name}-events`, { displayName: "Tasks" }, { parent });
  // A thousand imported tasks are one report, not a thousand e-mails.
  events.subscribeEmails({ addresses: settings.notifyEmails, filterPolicy: { source: ["api"] } });
  const reports = new SecureTopic(`${name}-reports`, { displayName: "Task imports" }, { parent });
  reports.subscribeEmails({ addresses: settings.reportEmails });
  return { events, reports };
}

function createApi(
  name: string,
  { defaults, settings, allowedOrigins, logging }: TasksArgs,
  operations: Record<TaskOperation, AlarmedFunction>,
  parent: pulumi.Resource,
): RestApi {
  const limits = { ratePerSecond: settings.ratePerSecond, burst: settings.burst };
  return new RestApi(
    `${name}-api`,
    {
      defaults,
      description: "Tasks of a team, their attachments, and imports of tasks from CSV files.",
      routes: taskRoutes(operations),
      throttle: limits,
      apiKey: { ...limits, quota: { limit: settings.dailyQuota, period: "DAY" } },
      cors: { allowedOrigins },
      binaryMediaTypes: ATTACHMENT_TYPES.filter((type) => !type.startsWith("text/")),
      logging,
    },
    { parent },
  );
}

/** What follows from a change: announcing, working in the background, cleaning up. */
function createPipelines(
  name: string,
  defaults: StackDefaults,
  { publish, process, cleanUp, stored }: Record<TaskConsumer, AlarmedFunction>,
  { table, files }: Stores,
  { events }: Topics,
  parent: pulumi.Resource,
): EventPipeline[] {
  const tasksOnly = { sk: { S: ["TASK"] } };
  const pipeline = (suffix: string, args: Omit<ConstructorParameters<typeof EventPipeline>[1], "defaults">) =>
    new EventPipeline(`${name}-${suffix}`, { ...args, defaults }, { parent });
  return [
    pipeline("created", {
      source: { stream: table, filter: [{ eventName: ["INSERT"], dynamodb: { NewImage: tasksOnly } }] },
      consumer: publish,
    }),
    pipeline("work", { source: { topic: events.topic }, queue: true, consumer: process }),
    pipeline("removed", {
      source: { stream: table, filter: [{ eventName: ["REMOVE"] }] },
      consumer: cleanUp,
    }),
    pipeline("stored", { source: { bucket: files, prefix: "attachments/" }, consumer: stored }),
  ];
}

function createImportWorkflow(
  name: string,
  defaults: StackDefaults,
  files: SecureBucket,
  tasks: Record<ImportStep, AlarmedFunction>,
  parent: pulumi.Resource,
): Workflow<ImportStep> {
  return new Workflow<ImportStep>(
    `${name}-import`,
    {
      defaults,
      tasks,
      definition: importDefinition,
      timeoutSeconds: IMPORT_SECONDS,
      startedBy: { bucket: files, prefix: "imports/" },
    },
    { parent },
  );
}
