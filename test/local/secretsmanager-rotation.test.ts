import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import type { LambdaApi } from "../../local/core/apis.ts";
import { AwsError } from "../../local/core/errors.ts";
import type { Properties } from "../../local/core/graph.ts";
import type { Principal, Service } from "../../local/core/service.ts";
import type { Endpoint } from "../../local/endpoint/index.ts";
import { secretsmanager } from "../../local/services/secretsmanager/index.ts";
import { eventually } from "../support/eventually.ts";
import {
  clientSettings,
  type FakeCloud,
  fakeCloud,
  resourceOf,
  type ServedService,
  serve,
} from "../support/fake-cloud.ts";

const FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:rotate";
const DAY = 86_400_000;
const MINUTE = 60_000;
const STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"];

const secret = resourceOf(secretsmanager, "aws:secretsmanager/secret:Secret", "key", { name: "app/key" });
const value = resourceOf(secretsmanager, "aws:secretsmanager/secretVersion:SecretVersion", "value", {
  secretId: secret.id,
  secretString: "first",
});

interface RotationEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

describe("rotation of a secret", () => {
  let cloud: FakeCloud;
  let service: Service;
  let endpoint: Endpoint;
  let client: SecretsManagerClient;
  let events: RotationEvent[];
  /** Steps that fail. */
  let broken: Set<string>;
  /** Who may not invoke the function. */
  let denied: (principal: Principal) => boolean;

  /** A rotation function as AWS's template has it, with the real client. */
  async function rotate(event: RotationEvent): Promise<void> {
    const { Step, SecretId, ClientRequestToken } = event;
    events.push(event);
    if (broken.has(Step)) throw new Error(`${Step} is broken`);
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
    expect(VersionIdsToStages[ClientRequestToken]).to.include("AWSPENDING");
    const isMade = await read({ VersionId: ClientRequestToken }).then(
      () => true,
      () => false,
    );
    if (Step === "createSecret" && !isMade) {
      const next = { SecretString: `value ${events.length}`, VersionStages: ["AWSPENDING"] };
      await client.send(new PutSecretValueCommand({ SecretId, ClientRequestToken, ...next }));
    }
    if (Step !== "finishSecret") return;
    const [current] =
      Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes("AWSCURRENT")) ?? [];
    const move = { VersionStage: "AWSCURRENT", MoveToVersionId: ClientRequestToken };
    await client.send(
      new UpdateSecretVersionStageCommand({ SecretId, RemoveFromVersionId: current, ...move }),
    );
  }

  const invoke = async (_arn: string, event: unknown) => {
    try {
      await rotate(event as RotationEvent);
      return { payload: "null" };
    } catch (error) {
      return {
        payload: JSON.stringify({ errorMessage: String(error) }),
        functionError: "Unhandled",
      } as const;
    }
  };

  async function declare(inputs: Properties): Promise<void> {
    const rotation = resourceOf(
      secretsmanager,
      "aws:secretsmanager/secretRotation:SecretRotation",
      "rotation",
      {
        secretId: secret.id,
        rotationLambdaArn: FUNCTION,
        ...inputs,
      },
    );
    for (const resource of [secret, value, rotation]) await service.realize[resource.type]?.create(resource);
    await service.ready?.();
  }

  const read = async (rest = {}): Promise<string | undefined> =>
    (await client.send(new GetSecretValueCommand({ SecretId: "app/key", ...rest }))).SecretString;
  const steps = (): string[] => events.map(({ Step }) => Step);
  const settled = () => eventually(() => expect(service.busy?.()).to.equal(false));
  /** Moves the clock, and waits for what became due. */
  const advance = async (milliseconds: number): Promise<void> => {
    await cloud.clock.advance(milliseconds);
    await settled();
  };

  beforeEach(async () => {
    events = [];
    broken = new Set();
    denied = () => false;
    cloud = fakeCloud({
      services: { lambda: { invoke } as unknown as LambdaApi },
      authorize: (principal, [permission]) => {
        if (permission?.action === "lambda:InvokeFunction" && denied(principal)) {
          throw new AwsError("AccessDeniedException", "no");
        }
      },
    });
    service = secretsmanager.create(cloud);
    const served: ServedService = { definition: secretsmanager, service };
    endpoint = await serve([served], cloud);
    client = new SecretsManagerClient(clientSettings(endpoint));
  });

  afterEach(async () => {
    await service.stop?.();
    await endpoint.close();
  });

  it("runs the four steps at once, and then when its days are over", async () => {
    await declare({ rotationRules: { automaticallyAfterDays: 30 } });
    await settled();
    expect(steps()).to.deep.equal(STEPS);
    const tokens = new Set(events.map(({ ClientRequestToken }) => ClientRequestToken));
    expect([...tokens]).to.have.length(1);
    expect(events[0]?.SecretId).to.equal(secret.id);
    expect(await read()).to.equal("value 1");
    expect(await read({ VersionStage: "AWSPREVIOUS" })).to.equal("first");
    const described = await client.send(new DescribeSecretCommand({ SecretId: "app/key" }));
    expect(described.NextRotationDate?.toISOString()).to.equal("2026-12-22T00:00:00.000Z");
    expect(described.LastRotatedDate?.getTime()).to.equal(cloud.clock.now());
    await advance(29 * DAY);
    expect(events).to.have.length(4);
    await advance(DAY);
    expect(steps()).to.deep.equal([...STEPS, ...STEPS]);
    expect(await read()).to.equal("value 5");
    expect(
      cloud.asked.find(({ principal }) => principal === "secretsmanager.amazonaws.com")?.permission,
    ).to.include({
      action: "lambda:InvokeFunction",
      resource: FUNCTION,
    });
  });

  it("waits for the window of its schedule when it is told to, and only tests the function before", async () => {
    const rotationRules = { scheduleExpression: "cron(0 16 1,15 * ? *)", duration: "2h" };
    await declare({ rotateImmediately: false, rotationRules });
    await settled();
    expect(steps()).to.deep.equal(["testSecret"]);
    const described = await client.send(new DescribeSecretCommand({ SecretId: "app/key" }));
    expect(described.NextRotationDate?.toISOString()).to.equal("2026-12-01T16:00:00.000Z");
    expect(Object.values(described.VersionIdsToStages ?? {})).to.deep.equal([["AWSCURRENT"]]);
    await advance(10 * DAY);
    expect(steps()).to.deep.equal(["testSecret", ...STEPS]);
  });

  for (const step of STEPS) {
    it(`keeps the current value when ${step} fails, and tries the same version again from the first step`, async () => {
      broken.add(step);
      await declare({ rotationRules: { automaticallyAfterDays: 30 } });
      await settled();
      expect(steps().at(-1)).to.equal(step);
      expect(await read()).to.equal("first");
      await client.send(new RotateSecretCommand({ SecretId: "app/key" })).then(
        () => expect.fail("the earlier rotation is not complete"),
        (error: Error) => expect(error.message).to.contain("A previous rotation isn't complete"),
      );
      await settled();
      broken.clear();
      await advance(MINUTE);
      expect(steps().slice(-4)).to.deep.equal(STEPS);
      expect(new Set(events.map(({ ClientRequestToken }) => ClientRequestToken)).size).to.equal(1);
      expect(await read()).to.contain("value");
    });
  }

  it("gives up after some repetitions, and begins again in the next window", async () => {
    broken.add("setSecret");
    await declare({ rotationRules: { scheduleExpression: "rate(4 hours)" } });
    await settled();
    for (const minutes of [1, 2, 4, 8, 16]) await advance(minutes * MINUTE);
    expect(steps().filter((step) => step === "setSecret")).to.have.length(5);
    broken.clear();
    await advance(4 * 60 * MINUTE);
    expect(await read()).to.contain("value");
  });

  it("does not rotate without the function's permission, and says so", async () => {
    denied = ({ kind }) => kind === "service";
    await declare({ rotationRules: { automaticallyAfterDays: 1 } });
    expect(cloud.entries.at(-1)?.message).to.contain("function policy grants access to the principal");
    const refused = await client
      .send(new RotateSecretCommand({ SecretId: "app/key" }))
      .catch((error) => error);
    expect(refused).to.have.property("name", "AccessDeniedException");
    expect(events).to.deep.equal([]);
  });

  it("is set up, started and turned off through the API", async () => {
    for (const resource of [secret, value]) await service.realize[resource.type]?.create(resource);
    const none = await client.send(new RotateSecretCommand({ SecretId: "app/key" })).catch((error) => error);
    expect(none).to.have.property("name", "InvalidRequestException");
    const rules = { RotationLambdaARN: FUNCTION, RotationRules: { AutomaticallyAfterDays: 7 } };
    const ClientRequestToken = "t".repeat(32);
    const started = await client.send(
      new RotateSecretCommand({ SecretId: "app/key", ClientRequestToken, ...rules }),
    );
    await settled();
    expect(started.VersionId).to.equal(ClientRequestToken);
    expect(await read({ VersionId: ClientRequestToken })).to.equal("value 1");
    await client.send(new CancelRotateSecretCommand({ SecretId: "app/key" }));
    await advance(30 * DAY);
    expect(events).to.have.length(4);
    const described = await client.send(new DescribeSecretCommand({ SecretId: "app/key" }));
    expect(described.RotationEnabled).to.equal(false);
  });

  it("moves a label only from the version that has it", async () => {
    for (const resource of [secret, value]) await service.realize[resource.type]?.create(resource);
    const SecretId = "app/key";
    const { VersionId } = await client.send(
      new PutSecretValueCommand({ SecretId, SecretString: "next", VersionStages: ["AWSPENDING"] }),
    );
    const move = { SecretId, VersionStage: "AWSCURRENT", MoveToVersionId: VersionId };
    const refused = await client.send(new UpdateSecretVersionStageCommand(move)).catch((error) => error);
    expect(refused).to.have.property("name", "InvalidParameterException");
    expect(await read()).to.equal("first");
  });

  it("makes passwords of the characters that are asked for", async () => {
    const ask = async (rest: object) =>
      (await client.send(new GetRandomPasswordCommand(rest))).RandomPassword ?? "";
    expect(await ask({ PasswordLength: 40, ExcludePunctuation: true, ExcludeCharacters: "aA0" })).to.match(
      /^(?=.*[1-9])(?=.*[b-z])(?=.*[B-Z])[1-9b-zB-Z]{40}$/,
    );
    expect(await ask({})).to.have.length(32);
    const none = await client
      .send(new GetRandomPasswordCommand({ PasswordLength: 3 }))
      .catch((error) => error);
    expect(none).to.have.property("name", "InvalidParameterException");
  });
});
