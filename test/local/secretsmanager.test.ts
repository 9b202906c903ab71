import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import type { SecretsManagerApi } from "../../local/core/apis.ts";
import { AwsError } from "../../local/core/errors.ts";
import type { Resource } from "../../local/core/graph.ts";
import type { Service } from "../../local/core/service.ts";
import type { Endpoint } from "../../local/endpoint/index.ts";
import { secretsmanager } from "../../local/services/secretsmanager/index.ts";
import {
  clientSettings,
  type FakeCloud,
  type FakeCloudOptions,
  fakeCloud,
  resourceOf,
  serve,
} from "../support/fake-cloud.ts";

const SECRET = "aws:secretsmanager/secret:Secret";
const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";

const secret = resourceOf(secretsmanager, SECRET, "key", { name: "app/key", description: "the key" });
const version = (secretString: string): Resource =>
  resourceOf(secretsmanager, VERSION, "key-value", { secretId: secret.id, secretString });

const nameOfError = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => expect.fail("the call should fail"),
    (error: Error) => error.name,
  );

describe("Secrets Manager", () => {
  let cloud: FakeCloud;
  let service: Service;
  let endpoint: Endpoint;
  let client: SecretsManagerClient;

  async function begin(options: FakeCloudOptions = {}): Promise<void> {
    cloud = fakeCloud(options);
    service = secretsmanager.create(cloud);
    endpoint = await serve([{ definition: secretsmanager, service }], cloud);
    client = new SecretsManagerClient(clientSettings(endpoint));
  }

  async function realize(...resources: Resource[]): Promise<void> {
    for (const resource of resources) await service.realize[resource.type]?.create(resource);
  }

  const read = async (SecretId: string, rest = {}): Promise<string | undefined> =>
    (await client.send(new GetSecretValueCommand({ SecretId, ...rest }))).SecretString;

  beforeEach(async () => {
    await begin();
    await realize(secret, version("first"));
  });

  afterEach(() => endpoint.close());

  it("has ARNs with six characters behind the name", () => {
    expect(secret.id).to.match(/^arn:aws:secretsmanager:eu-west-1:000000000000:secret:app\/key-[0-9a-z]{6}$/);
    expect(secret.outputs.arn).to.equal(secret.id);
  });

  it("gives the value by name, ARN and ARN without the six characters", async () => {
    expect(
      await Promise.all(["app/key", secret.id, secret.id.slice(0, -7)].map((id) => read(id))),
    ).to.deep.equal(Array(3).fill("first"));
    expect((service.api as SecretsManagerApi).value(secret.id)).to.equal("first");
  });

  it("keeps the last value as AWSPREVIOUS when a new one is put", async () => {
    const put = await client.send(new PutSecretValueCommand({ SecretId: "app/key", SecretString: "second" }));
    expect(put.VersionStages).to.deep.equal(["AWSCURRENT"]);
    expect(await read("app/key")).to.equal("second");
    expect(await read("app/key", { VersionStage: "AWSPREVIOUS" })).to.equal("first");
    await client.send(new UpdateSecretCommand({ SecretId: "app/key", SecretString: "third" }));
    expect(await read("app/key", { VersionStage: "AWSPREVIOUS" })).to.equal("second");
    expect(await read("app/key", { VersionId: put.VersionId })).to.equal("second");
  });

  it("puts a pending version without touching the current one", async () => {
    const pending = { SecretId: "app/key", SecretString: "next", VersionStages: ["AWSPENDING"] };
    await client.send(new PutSecretValueCommand(pending));
    expect(await read("app/key")).to.equal("first");
    expect(await read("app/key", { VersionStage: "AWSPENDING" })).to.equal("next");
  });

  it("takes a repeated put with the same token once, and refuses it with another value", async () => {
    const put = (SecretString: string): Promise<{ VersionId?: string | undefined }> =>
      client.send(
        new PutSecretValueCommand({ SecretId: "app/key", SecretString, ClientRequestToken: "t".repeat(32) }),
      );
    expect((await put("a")).VersionId).to.equal((await put("a")).VersionId);
    expect(await nameOfError(put("b"))).to.equal("ResourceExistsException");
    expect(await read("app/key", { VersionStage: "AWSPREVIOUS" })).to.equal("first");
  });

  it("describes and lists secrets without their values", async () => {
    const described = await client.send(new DescribeSecretCommand({ SecretId: "app/key" }));
    expect(described).to.include({
      ARN: secret.id,
      Name: "app/key",
      Description: "the key",
      RotationEnabled: false,
    });
    expect(Object.values(described.VersionIdsToStages ?? {})).to.deep.equal([["AWSCURRENT"]]);
    const { SecretList } = await client.send(new ListSecretsCommand({}));
    expect(SecretList?.map(({ Name }) => Name)).to.deep.equal(["app/key"]);
    expect(JSON.stringify(SecretList)).not.to.contain("first");
  });

  it("creates secrets, binary ones too, and no name twice", async () => {
    const created = await client.send(
      new CreateSecretCommand({ Name: "bin", SecretBinary: new Uint8Array([0, 255]) }),
    );
    const { SecretBinary } = await client.send(new GetSecretValueCommand({ SecretId: created.ARN }));
    expect([...(SecretBinary ?? [])]).to.deep.equal([0, 255]);
    expect(
      await nameOfError(client.send(new CreateSecretCommand({ Name: "bin", SecretString: "x" }))),
    ).to.equal("ResourceExistsException");
  });

  it("names what is not there", async () => {
    expect(await nameOfError(read("other"))).to.equal("ResourceNotFoundException");
    expect(await nameOfError(read("app/key", { VersionStage: "AWSPENDING" }))).to.equal(
      "ResourceNotFoundException",
    );
    expect(await nameOfError(client.send(new PutSecretValueCommand({ SecretId: "app/key" })))).to.equal(
      "InvalidParameterException",
    );
  });

  it("asks for the permission on the secret's ARN", async () => {
    await endpoint.close();
    await begin({
      authorize: () => {
        throw new AwsError("AccessDeniedException", "no");
      },
    });
    await realize(secret, version("first"));
    expect(await nameOfError(read("app/key"))).to.equal("AccessDeniedException");
    expect(cloud.asked[0]?.permission).to.deep.equal({
      action: "secretsmanager:GetSecretValue",
      resource: secret.id,
    });
  });

  it("keeps a value that was put at run time until the program's own value changes", async () => {
    await client.send(new PutSecretValueCommand({ SecretId: "app/key", SecretString: "put" }));
    await realize(secret, version("first"));
    expect(await read("app/key")).to.equal("put");
    await realize(version("changed"));
    expect(await read("app/key")).to.equal("changed");
  });

  it("keeps values over a restart in a file that only the user may read", async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), "secrets-"));
    try {
      for (const value of [undefined, "put"]) {
        await endpoint.close();
        await begin({ dataFolder });
        await realize(secret, version("first"));
        expect(await read("app/key")).to.equal(value ?? "first");
        await client.send(new PutSecretValueCommand({ SecretId: "app/key", SecretString: "put" }));
      }
      expect(readFileSync(join(dataFolder, "secrets.json"), "utf8")).to.contain("put");
    } finally {
      rmSync(dataFolder, { recursive: true });
    }
  });
});
