/** What tests do with what clients are told of their appointments, and how they look at it. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { DeleteScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import { resourcesOf } from "../../../local/core/graph.ts";
import { accessKeyOf, SECRET_ACCESS_KEY } from "../../../local/core/identity.ts";
import type { LocalCloud } from "../../../local/local-cloud.ts";
import { AppointmentsDriver } from "./appointments.ts";
import { ApiClient } from "./client.ts";

/** Whom Calendly's event type of local-cloud.yaml belongs to. */
export const CALENDLY_PROVIDER = "00000000-0000-7000-8000-000000000001";
export const CALENDLY_EVENT_TYPE = "https://api.calendly.com/event_types/LOCAL";

export interface Booked {
  readonly id: string;
  readonly startsAt: string;
  readonly version: number;
}

/** What the stand-in of Calendly did. */
export interface Webhook {
  readonly status: number;
  readonly invitee: string;
  readonly sent: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

export interface AuditLine {
  readonly operation: string;
  readonly keys: { readonly pk: string; readonly sk: string };
  readonly before?: { readonly status?: string };
  readonly after?: { readonly status?: string };
}

export class NoticesDriver extends AppointmentsDriver {
  readonly cloud: LocalCloud;
  readonly control: ApiClient;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;

  constructor(cloud: LocalCloud) {
    super(cloud);
    this.cloud = cloud;
    const { endpoint, region } = cloud.world;
    const settings = {
      endpoint,
      region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
    this.control = new ApiClient(`${endpoint}/_local`);
    this.dynamodb = new DynamoDBClient(settings);
    this.s3 = new S3Client({ ...settings, forcePathStyle: true });
  }

  /** The time of the local cloud, so many days on, at a full hour: where slots of `openDay` begin. */
  slotIn(days: number): string {
    const at = new Date(this.cloud.cloud.clock.now() + days * 86_400_000);
    at.setUTCHours(at.getUTCHours(), 0, 0, 0);
    return at.toISOString();
  }

  /** Opens the whole day of a time, in slots of an hour. */
  async openDay(providerId: string, startsAt: string): Promise<void> {
    await this.open(providerId, startsAt.slice(0, 10), "00:00", "24:00", 60);
  }

  async bookFor(providerId: string, startsAt: string, email: string, phone?: string): Promise<Booked> {
    const body = { providerId, startsAt, client: { name: "Grace Hopper", email, ...(phone && { phone }) } };
    const answer = await this.api.once("POST", "/appointments", { body });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body as Booked;
  }

  async move(id: string, startsAt: string): Promise<void> {
    const answer = await this.api.once("PUT", `/appointments/${id}`, { body: { startsAt } });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
  }

  async cancel(id: string): Promise<void> {
    expect((await this.api.once("DELETE", `/appointments/${id}`)).status).to.equal(204);
  }

  /** Appointments of a client, those of Calendly's invitees among them. */
  async appointmentsOf(email: string): Promise<readonly { id: string; status: string; startsAt: string }[]> {
    const answer = await this.api.once("GET", `/appointments?clientEmail=${encodeURIComponent(email)}`);
    return (answer.body as { items: { id: string; status: string; startsAt: string }[] }).items;
  }

  emailsTo(address: string) {
    return this.cloud.cloud.services.mailbox.list().filter(({ to }) => to === address);
  }

  subjectsTo(address: string): string[] {
    return this.emailsTo(address).map(({ subject }) => subject);
  }

  /** Templates of the messages that a number got. */
  async whatsAppsTo(digits: string): Promise<readonly string[]> {
    const { body } = await this.control.once("GET", "/stand-ins/whatsapp/messages");
    const { items } = body as { items: { to: string; template: string }[] };
    return items.filter(({ to }) => to === digits).map(({ template }) => template);
  }

  /** Runs the reminder of an appointment, or another schedule, now. */
  async runSchedule(group: string, name: string): Promise<number> {
    return (await this.control.once("POST", `/schedules/${group}/${name}/run`)).status;
  }

  async runReminder(id: string): Promise<number> {
    return this.runSchedule(this.#reminders, id);
  }

  /** Takes a reminder away, as if it were lost with the rest. */
  async removeReminder(Name: string): Promise<void> {
    const { endpoint, region } = this.cloud.world;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = new SchedulerClient({ endpoint, region, credentials });
    await client.send(new DeleteScheduleCommand({ Name, GroupName: this.#reminders }));
  }

  get #reminders(): string {
    return this.#physicalName("aws:scheduler/scheduleGroup:ScheduleGroup", "reminders");
  }

  async runBackup(): Promise<void> {
    const type = "aws:scheduler/schedule:Schedule";
    const schedule = resourcesOf(this.cloud.graph, type).find(({ name }) =>
      name.startsWith("appointments-backup"),
    );
    const { groupName, name } = schedule?.outputs ?? {};
    expect(await this.runSchedule(String(groupName), String(name))).to.equal(200);
  }

  get tableName(): string {
    return this.#physicalName("aws:dynamodb/table:Table", "table");
  }

  bucketOf(part: "audit" | "backup"): string {
    return this.#physicalName("aws:s3/bucket:Bucket", `${part}-bucket`);
  }

  async keysIn(Bucket: string, Prefix: string): Promise<string[]> {
    const keys: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await this.s3.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
      keys.push(...(page.Contents ?? []).map(({ Key = "" }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return keys;
  }

  /** Lines of the audit log about one item, in the order of their objects. */
  async auditOf(pk: string): Promise<readonly AuditLine[]> {
    const Bucket = this.bucketOf("audit");
    const lines: AuditLine[] = [];
    for (const Key of await this.keysIn(Bucket, "audit/")) {
      const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key }));
      const text = (await Body?.transformToString()) ?? "";
      lines.push(
        ...text
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as AuditLine),
      );
    }
    return lines.filter(({ keys }) => keys.pk === pk);
  }

  /** S3 as the writer of the audit log has it: what its role may do, and no more. */
  get auditWriter(): S3Client {
    const role = resourcesOf(this.cloud.graph, "aws:iam/role:Role").find(
      ({ name }) => name === "appointments-audit-writer-role",
    );
    const { endpoint, region } = this.cloud.world;
    const accessKeyId = accessKeyOf(String(role?.outputs.arn));
    const credentials = { accessKeyId, secretAccessKey: SECRET_ACCESS_KEY };
    return new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  }

  /** The provider that Calendly's event type belongs to, who has an id that was chosen. */
  async makeCalendlyProvider(): Promise<void> {
    const id = CALENDLY_PROVIDER;
    const createdAt = new Date().toISOString();
    const Item = {
      pk: `PROVIDER#${id}`,
      sk: "PROVIDER",
      gsi1pk: "PROVIDERS",
      gsi1sk: `${createdAt}#${id}`,
      id,
      name: "Dr. Calendly",
      version: 1,
      createdAt,
    };
    const client = DynamoDBDocumentClient.from(this.dynamodb);
    await client.send(new PutCommand({ TableName: this.tableName, Item }));
  }

  /** Lets the stand-in of Calendly send a webhook. */
  async calendly(order: Readonly<Record<string, string>>): Promise<Webhook> {
    const url = `${String(this.cloud.outputValues.appointmentsApiUrl)}/webhooks/calendly`;
    const body = { url, eventType: CALENDLY_EVENT_TYPE, name: "Alan Turing", ...order };
    const answer = await this.control.once("POST", "/stand-ins/calendly/send", { body });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer.body as Webhook;
  }

  #physicalName(type: string, suffix: string): string {
    const found = resourcesOf(this.cloud.graph, type).find(
      ({ name }) => name === `appointments-${suffix}` || name === `appointments-${suffix}-group`,
    );
    if (!found) throw new Error(`The program has no ${type} appointments-${suffix}`);
    return String(found.outputs.name ?? found.outputs.bucket);
  }
}
