import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  SchedulerClient,
  type Target,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { expect } from "chai";
import type { SchedulerApi, ServiceApis } from "../../local/core/apis.ts";
import { AwsError } from "../../local/core/errors.ts";
import type { Properties, RegisteredResource, Resource } from "../../local/core/graph.ts";
import type { Permission, Principal, Service } from "../../local/core/service.ts";
import type { Endpoint } from "../../local/endpoint/index.ts";
import { scheduler } from "../../local/services/scheduler/index.ts";
import {
  clientSettings,
  type FakeCloud,
  fakeCloud,
  resourceOf,
  serve,
  settle,
} from "../support/fake-cloud.ts";

const QUEUE = "arn:aws:sqs:eu-west-1:000000000000:jobs";
const DEAD = "arn:aws:sqs:eu-west-1:000000000000:dead";
const FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:worker";
const ROLE = "arn:aws:iam::000000000000:role/schedules";
const STRANGER = "arn:aws:iam::000000000000:role/stranger";
const MINUTE = 60_000;

const SCHEDULE = "aws:scheduler/schedule:Schedule";

function roleOf(arn: string, service: string): Resource {
  const assumeRolePolicy = JSON.stringify({
    Statement: {
      Effect: "Allow",
      Principal: { Service: service },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceAccount": "000000000000" } },
    },
  });
  const registered = { urn: arn, type: "aws:iam/role:Role", name: arn } as unknown as RegisteredResource;
  return { ...registered, id: arn, outputs: { arn, assumeRolePolicy } };
}

describe("EventBridge Scheduler", () => {
  let cloud: FakeCloud;
  let service: Service;
  let endpoint: Endpoint;
  let client: SchedulerClient;
  let dataFolder: string;
  let sent: { arn: string; body: string; attributes: Record<string, string> }[];
  let invoked: unknown[];
  let failures: Error[];
  let resources: Resource[];
  let deny: (principal: Principal, permission: Permission) => boolean;

  async function start(elapsed = 0): Promise<void> {
    const services = {
      sqs: {
        send: async (arn: string, body: string, options: Parameters<ServiceApis["sqs"]["send"]>[2]) => {
          const failure = arn === QUEUE ? failures.shift() : undefined;
          if (failure) throw failure;
          const attributes = Object.entries(options?.messageAttributes ?? {});
          sent.push({
            arn,
            body,
            attributes: Object.fromEntries(
              attributes.map(([name, { StringValue = "" }]) => [name, StringValue]),
            ),
          });
          return { messageId: "1" };
        },
      },
      lambda: { invokeAsync: (_arn: string, event: unknown) => void invoked.push(event) },
    } as unknown as ServiceApis;
    resources = [roleOf(ROLE, "scheduler.amazonaws.com"), roleOf(STRANGER, "lambda.amazonaws.com")];
    cloud = fakeCloud({
      services,
      dataFolder,
      resources: () => resources,
      authorize: (principal, permissions) => {
        const refused = permissions.find((permission) => deny(principal, permission));
        if (refused) throw new AwsError("AccessDenied", `no ${refused.action}`, 403);
      },
    });
    await cloud.clock.advance(elapsed);
    service = scheduler.create(cloud);
    await service.ready?.();
    endpoint = await serve([{ definition: scheduler, service }], cloud);
    client = new SchedulerClient(clientSettings(endpoint));
  }

  async function stop(): Promise<void> {
    client.destroy();
    await service.stop?.();
    await endpoint.close();
  }

  beforeEach(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), "scheduler-"));
    sent = [];
    invoked = [];
    failures = [];
    deny = () => false;
    await start();
  });

  afterEach(async () => {
    await stop();
    rmSync(dataFolder, { recursive: true });
  });

  const toQueue: Target = { Arn: QUEUE, RoleArn: ROLE, Input: "<aws.scheduler.scheduled-time>" };

  function create(
    expression: string,
    settings: Partial<CreateScheduleCommandInput> = {},
  ): Promise<{ ScheduleArn?: string | undefined }> {
    return client.send(
      new CreateScheduleCommand({
        Name: "nightly",
        ScheduleExpression: expression,
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: toQueue,
        ...settings,
      }),
    );
  }

  const refusal = async (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => "accepted",
      (error: Error) => `${error.name}: ${error.message}`,
    );

  const bodies = (): string[] => sent.map(({ body }) => body);

  it("shows, lists, changes and deletes schedules and groups for SDK clients", async () => {
    await client.send(new CreateScheduleGroupCommand({ Name: "reports" }));
    const { ScheduleArn } = await create("rate(1 hour)", { GroupName: "reports", Description: "first" });
    expect(ScheduleArn).to.equal("arn:aws:scheduler:eu-west-1:000000000000:schedule/reports/nightly");
    const key = { Name: "nightly", GroupName: "reports" };
    const shown = await client.send(new GetScheduleCommand(key));
    expect(shown).to.deep.include({ Arn: ScheduleArn, State: "ENABLED", ScheduleExpressionTimezone: "UTC" });
    expect(shown.CreationDate?.toISOString()).to.equal("2026-11-22T10:00:00.000Z");
    expect(shown.Target?.RetryPolicy).to.deep.equal({
      MaximumEventAgeInSeconds: 86_400,
      MaximumRetryAttempts: 185,
    });
    await client.send(
      new UpdateScheduleCommand({
        ...key,
        ScheduleExpression: "rate(2 hours)",
        State: "DISABLED",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: toQueue,
      }),
    );
    const changed = await client.send(new GetScheduleCommand(key));
    expect(changed).to.include({ State: "DISABLED" }).and.not.to.have.property("Description");
    await create("rate(1 hour)", { Name: "other" });
    const list = await client.send(new ListSchedulesCommand({ GroupName: "reports", State: "DISABLED" }));
    expect(list.Schedules?.map(({ Name }) => Name)).to.deep.equal(["nightly"]);
    const first = await client.send(new ListSchedulesCommand({ MaxResults: 1 }));
    const rest = await client.send(new ListSchedulesCommand({ NextToken: first.NextToken }));
    expect([...(first.Schedules ?? []), ...(rest.Schedules ?? [])].map(({ Name }) => Name)).to.deep.equal([
      "nightly",
      "other",
    ]);
    await client.send(new DeleteScheduleGroupCommand({ Name: "reports" }));
    expect(await refusal(client.send(new GetScheduleCommand(key)))).to.match(/^ResourceNotFoundException/);
    const groups = await client.send(new ListScheduleGroupsCommand({}));
    expect(groups.ScheduleGroups?.map(({ Name }) => Name)).to.deep.equal(["default"]);
    await client.send(new DeleteScheduleCommand({ Name: "other" }));
    expect((await client.send(new ListSchedulesCommand({}))).Schedules).to.deep.equal([]);
  });

  it("refuses what AWS refuses, with its messages", async () => {
    expect(await refusal(create("rate(5 minute)"))).to.equal(
      "ValidationException: Invalid Schedule Expression rate(5 minute).",
    );
    expect(await refusal(create("at(2026-02-30T10:00:00)"))).to.contain("Invalid Schedule Expression at(");
    expect(await refusal(create("rate(1 hour)", { Name: "a b" }))).to.equal(
      "ValidationException: 1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9a-zA-Z-_.]+",
    );
    const stranger = { ...toQueue, RoleArn: STRANGER };
    expect(await refusal(create("rate(1 hour)", { Target: stranger }))).to.equal(
      "ValidationException: The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    );
    expect(await refusal(create("rate(1 hour)", { GroupName: "none" }))).to.match(
      /^ResourceNotFoundException/,
    );
    expect(await refusal(create("rate(1 hour)", { ScheduleExpressionTimezone: "Mars/Base" }))).to.match(
      /^Validation/,
    );
    const cluster = { ...toQueue, Arn: "arn:aws:ecs:eu-west-1:000000000000:cluster/main" };
    expect(await refusal(create("rate(1 hour)", { Target: cluster }))).to.match(
      /^NotImplemented.*cluster\/main/,
    );
    const dates = { StartDate: new Date("2026-12-02"), EndDate: new Date("2026-12-01") };
    expect(await refusal(create("rate(1 hour)", dates))).to.contain("StartDate you specify must come before");
    await create("rate(1 hour)");
    expect(await refusal(create("rate(1 hour)"))).to.match(/^ConflictException/);
  });

  it("answers a repeated client token with the first answer, and refuses it for another schedule", async () => {
    const first = await create("rate(1 hour)", { ClientToken: "once" });
    expect((await create("rate(1 hour)", { ClientToken: "once" })).ScheduleArn).to.equal(first.ScheduleArn);
    expect(await refusal(create("rate(2 hours)", { ClientToken: "once" }))).to.match(/^ConflictException/);
  });

  it("asks for the schedule's action and for passing its role to Scheduler", async () => {
    await create("rate(1 hour)");
    expect(cloud.asked.slice(0, 2).map(({ permission }) => permission)).to.deep.equal([
      {
        action: "scheduler:CreateSchedule",
        resource: "arn:aws:scheduler:eu-west-1:000000000000:schedule/default/nightly",
      },
      {
        action: "iam:PassRole",
        resource: ROLE,
        context: { "iam:PassedToService": "scheduler.amazonaws.com" },
      },
    ]);
    deny = (_principal, { action }) => action === "iam:PassRole";
    expect(await refusal(create("rate(1 hour)", { Name: "b" }))).to.equal(
      "AccessDeniedException: no iam:PassRole",
    );
  });

  it("runs a rate at once and then in its rhythm, between its start and its end", async () => {
    await create("rate(10 minutes)", {
      StartDate: new Date("2026-11-22T11:00Z"),
      EndDate: new Date("2026-11-22T11:25Z"),
    });
    await create("rate(1 hour)", { Name: "now" });
    await cloud.clock.advance(59 * MINUTE);
    expect(bodies()).to.deep.equal(["2026-11-22T10:00:00Z"]);
    sent = [];
    await client.send(new DeleteScheduleCommand({ Name: "now" }));
    await cloud.clock.advance(120 * MINUTE);
    expect(bodies()).to.deep.equal(["2026-11-22T11:00:00Z", "2026-11-22T11:10:00Z", "2026-11-22T11:20:00Z"]);
  });

  it("runs at() once, in its time zone, and deletes the schedule when it is to", async () => {
    await create("at(2026-11-22T12:30:00)", {
      ScheduleExpressionTimezone: "Europe/Madrid",
      ActionAfterCompletion: "DELETE",
    });
    await cloud.clock.advance(24 * 60 * MINUTE);
    expect(bodies()).to.deep.equal(["2026-11-22T11:30:00Z"]);
    expect(await refusal(client.send(new GetScheduleCommand({ Name: "nightly" })))).to.match(
      /^ResourceNotFound/,
    );
  });

  it("runs a flexible schedule at the same moment of its window each time it is asked", async () => {
    const at = async (name: string): Promise<number> => {
      const before = sent.length;
      const begin = cloud.clock.now();
      await create("rate(1 day)", {
        Name: name,
        FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 60 },
      });
      while (sent.length === before) await cloud.clock.advance(1_000);
      return cloud.clock.now() - begin;
    };
    const delay = await at("flexible");
    expect(delay).to.be.within(0, 60 * MINUTE);
    expect(bodies()).to.deep.equal(["2026-11-22T10:00:00Z"]);
    await stop();
    rmSync(dataFolder, { recursive: true });
    await start();
    expect(await at("flexible")).to.equal(delay);
  });

  it("fills in what the input asks about the run, or hands over a scheduled event", async () => {
    const Input = JSON.stringify({
      arn: "<aws.scheduler.schedule-arn>",
      attempt: "<aws.scheduler.attempt-number>",
    });
    const { ScheduleArn } = await create("rate(1 day)", { Target: { Arn: FUNCTION, RoleArn: ROLE, Input } });
    await create("rate(1 day)", { Name: "plain", Target: { Arn: FUNCTION, RoleArn: ROLE } });
    await cloud.clock.advance(1_000);
    expect(invoked[0]).to.deep.equal({ arn: ScheduleArn, attempt: "1" });
    expect(invoked[1]).to.deep.include({
      source: "aws.scheduler",
      "detail-type": "Scheduled Event",
      detail: "{}",
    });
    const asked = cloud.asked.filter(({ principal }) => principal === ROLE);
    expect(asked[0]?.permission).to.deep.equal({ action: "lambda:InvokeFunction", resource: FUNCTION });
  });

  it("tries again until the target takes it, and else tells the dead-letter queue why", async () => {
    const Target = {
      ...toQueue,
      DeadLetterConfig: { Arn: DEAD },
      RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3_600 },
    };
    failures = Array.from({ length: 5 }, () => new AwsError("ServiceUnavailable", "busy", 503));
    const { ScheduleArn } = await create("at(2026-11-22T10:01:00)", { Target });
    await create("at(2026-11-22T11:00:00)", { Name: "later", Target });
    await cloud.clock.advance(2 * MINUTE);
    expect(sent.map(({ arn, body }) => [arn, body])).to.deep.equal([[DEAD, "2026-11-22T10:01:00Z"]]);
    expect(sent[0]?.attributes).to.deep.include({
      ERROR_CODE: "ServiceUnavailable",
      ERROR_MESSAGE: "busy",
      EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
      IS_PAYLOAD_TRUNCATED: "false",
      RETRY_ATTEMPTS: "2",
      SCHEDULED_TIME: "2026-11-22T10:01:00Z",
      SCHEDULE_ARN: ScheduleArn,
      TARGET_ARN: QUEUE,
    });
    await cloud.clock.advance(60 * MINUTE);
    expect(sent.at(-1)?.arn).to.equal(QUEUE);
  });

  it("calls nothing that the role may not call", async () => {
    await create("rate(1 hour)", { Target: { ...toQueue, DeadLetterConfig: { Arn: DEAD } } });
    deny = (principal, { resource }) => principal.arn === ROLE && resource === QUEUE;
    await cloud.clock.advance(MINUTE);
    expect(sent.map(({ arn }) => arn)).to.deep.equal([DEAD]);
  });

  it("calls nothing once the role does not trust Scheduler any more", async () => {
    await create("rate(1 hour)", {
      StartDate: new Date("2026-11-22T10:30Z"),
      Target: { ...toQueue, RetryPolicy: { MaximumRetryAttempts: 0 } },
    });
    resources = [roleOf(ROLE, "lambda.amazonaws.com")];
    await cloud.clock.advance(31 * MINUTE);
    expect(sent).to.deep.equal([]);
    expect(cloud.entries.map(({ message }) => message).join("\n")).to.contain("to assume the role");
  });

  it("keeps schedules over a restart: rhythm, and a one-time run that was missed", async () => {
    await create("rate(1 hour)");
    await create("at(2026-11-22T12:15:00)", { Name: "once", Target: { ...toQueue, Input: "late" } });
    await cloud.clock.advance(MINUTE);
    await stop();
    sent = [];
    await start(150 * MINUTE);
    await cloud.clock.advance(40 * MINUTE);
    expect(bodies()).to.deep.equal(["late", "2026-11-22T13:00:00Z"]);
  });

  it("runs the program's schedules, keeps them over a reload, and runs one now when asked to", async () => {
    const inputs: Properties = {
      name: "program",
      scheduleExpression: "cron(0 12 * * ? *)",
      flexibleTimeWindow: { mode: "OFF" },
      target: { arn: QUEUE, roleArn: ROLE, input: "noon" },
    };
    const resource = resourceOf(scheduler, SCHEDULE, "program", inputs);
    expect(resource.id).to.equal("default/program");
    await service.realize[SCHEDULE]?.create(resource);
    await service.realize[SCHEDULE]?.update?.(resource, resource);
    await cloud.clock.advance(3 * 60 * MINUTE);
    expect(bodies()).to.deep.equal(["noon"]);
    await (service.api as SchedulerApi).runScheduleNow("default", "program");
    await settle();
    expect(bodies()).to.deep.equal(["noon", "noon"]);
    await service.realize[SCHEDULE]?.delete?.(resource);
    await cloud.clock.advance(24 * 60 * MINUTE);
    expect(sent).to.have.length(2);
  });
});
