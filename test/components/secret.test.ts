import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { SecretArgs } from "../../components/secret.ts";
import { Secret } from "../../components/secret.ts";
import { DEFAULTS } from "./support/functions.ts";
import { documentIn, known, record } from "./support/recorder.ts";
import { refusalOf } from "./support/refusal.ts";

const SECRET = "aws:secretsmanager/secret:Secret";
const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
const POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy";
const BYTES = "random:index/randomBytes:RandomBytes";
const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-secret-AbCdEf";

const production = { ...DEFAULTS, production: true };

function key(overrides: Partial<SecretArgs> = {}, name = "key"): Secret {
  return new Secret(name, { defaults: DEFAULTS, description: "Opens the classifier.", ...overrides });
}

describe("Secret", () => {
  it("stores a value from the configuration, and keeps it secret in Pulumi's state", async () => {
    const recording = await record(() => key({ value: "from-the-provider" }));
    expect(recording.types()).to.deep.equal([SECRET, POLICY, VERSION]);
    expect(recording.one(VERSION).inputs).to.deep.equal({ secretId: ARN, secretString: "from-the-provider" });
    expect(recording.one(VERSION).secretInputs).to.include("secretString");
  });

  it("makes a value of random bytes, once", async () => {
    const recording = await record(() => key({ randomBytes: 32 }));
    expect(recording.types()).to.deep.equal([SECRET, POLICY, VERSION, BYTES]);
    expect(recording.one(BYTES, "key-bytes").inputs).to.deep.equal({ length: 32 });
    const { inputs, secretInputs } = recording.one(VERSION);
    expect(Buffer.from(String(inputs.secretString), "base64")).to.have.length(32);
    expect(secretInputs).to.include("secretString");
  });

  it("can be deleted at once in development; in production it is protected and can be restored for 30 days", async () => {
    const inDevelopment = (await record(() => key({ value: "v" }))).one(SECRET);
    expect(inDevelopment.inputs).to.include({ recoveryWindowInDays: 0 });
    expect(inDevelopment.protect).to.equal(false);
    const inProduction = (await record(() => key({ value: "v", defaults: production }))).one(SECRET);
    expect(inProduction.inputs).to.include({ recoveryWindowInDays: 30 });
    expect(inProduction.protect).to.equal(true);
  });

  it("cannot be opened to the public, nor read without TLS", async () => {
    const policy = (await record(() => key({ value: "v" }))).one(POLICY);
    expect(policy.inputs).to.include({ secretArn: ARN, blockPublicPolicy: true });
    expect(documentIn(policy, "policy")).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: ["secretsmanager:*"],
          Resource: ARN,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
  });

  it("links a reader to exactly this secret, by its ARN", async () => {
    const link = await record(() => known(key({ value: "v" }).link("read")));
    expect(link.result).to.deep.equal({
      value: ARN,
      statements: [{ Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: ARN }],
    });
  });

  it("is the parent of what it creates, under its name, so that two do not collide", async () => {
    const { list } = await record(() => [key({ randomBytes: 32 }, "one"), key({ randomBytes: 32 }, "two")]);
    const children = list.filter(({ parent }) => parent !== undefined);
    expect(children).to.have.length(8);
    for (const { name, parent } of children) expect(name).to.match(new RegExp(`^${parent}-`));
  });

  const refused: readonly (readonly [string, Partial<SecretArgs>, string])[] = [
    ["no value", {}, "value or randomBytes or writtenByFunction must be given, and one only"],
    [
      "two values",
      { value: "v", randomBytes: 32 },
      "value or randomBytes or writtenByFunction must be given, and one only",
    ],
    ["an empty value", { value: "" }, "value is empty"],
    ["bytes that can be guessed", { randomBytes: 4 }, "randomBytes is 4; give 16 to 512"],
    ["half a byte", { randomBytes: 16.5 }, "randomBytes is 16.5; give 16 to 512"],
  ];
  for (const [what, args, mistake] of refused) {
    it(`refuses ${what}`, async () => {
      expect((await refusalOf(() => key(args))).mistakes).to.deep.equal([mistake]);
    });
  }

  it("takes a value that is known later", async () => {
    const recording = await record(() => key({ value: pulumi.output(Promise.resolve("later")) }));
    expect(recording.one(VERSION).inputs).to.include({ secretString: "later" });
  });
});
