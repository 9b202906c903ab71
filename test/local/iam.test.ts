import { expect } from "chai";
import { CloudClock } from "../../local/core/clock.ts";
import { AwsError } from "../../local/core/errors.ts";
import type { Properties, Resource } from "../../local/core/graph.ts";
import type { LogEntry } from "../../local/core/log.ts";
import type { Principal } from "../../local/core/service.ts";
import { type Authorizer, createAuthorizer } from "../../local/services/iam/authorizer.ts";
import { grantsOf } from "../../local/services/iam/grants.ts";
import { iam } from "../../local/services/iam/index.ts";
import { resourceOf } from "../support/fake-cloud.ts";

const QUEUE = "arn:aws:sqs:eu-west-1:000000000000:jobs";
const TABLE = "arn:aws:dynamodb:eu-west-1:000000000000:table/tasks";
const ROLE = "arn:aws:iam::000000000000:role/creator";
const caller: Principal = { kind: "role", arn: ROLE, functionName: "create" };
const rule: Principal = { kind: "service", arn: "events.amazonaws.com" };

const TRUST = JSON.stringify({
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
});

function allow(Action: string, Resource: string): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });
}

/** A resource of another service, whose outputs are given. */
function other(type: string, name: string, outputs: Properties): Resource {
  const definition = { ...iam, outputs: { [type]: () => ({ id: name }) } };
  return resourceOf(definition, type, name, outputs);
}

function role(inputs: Properties = {}, parent?: string): Resource {
  return resourceOf(
    iam,
    "aws:iam/role:Role",
    "creator",
    { name: "creator", assumeRolePolicy: TRUST, ...inputs },
    parent,
  );
}

function rolePolicy(policy: string): Resource {
  return resourceOf(iam, "aws:iam/rolePolicy:RolePolicy", "creator-policy", { role: "creator", policy });
}

function attachment(policyArn: string): Resource {
  return resourceOf(iam, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "attached", {
    role: "creator",
    policyArn,
  });
}

function denialOf(run: () => void): AwsError {
  try {
    run();
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  return expect.fail("it should be denied");
}

describe("The authorizer", () => {
  let resources: Resource[];
  let entries: LogEntry[];
  let authorizer: Authorizer;

  const send = (principal: Principal, resource = QUEUE, context = {}): void =>
    authorizer.authorize(principal, [{ action: "sqs:SendMessage", resource, context }]);

  beforeEach(() => {
    resources = [];
    entries = [];
    authorizer = createAuthorizer(
      () => resources,
      (entry) => entries.push(entry),
    );
  });

  it("lets the user do everything", () => {
    send({ kind: "user", arn: "arn:aws:iam::000000000000:user/local" });
    expect(entries).to.be.empty;
  });

  it("denies a role without a policy as AWS words it", () => {
    resources = [role()];
    const error = denialOf(() => send(caller));
    expect(error).to.include({ code: "AccessDenied", status: 403 });
    expect(error.message).to.equal(
      `User: arn:aws:sts::000000000000:assumed-role/creator/create is not authorized to perform: sqs:SendMessage on resource: ${QUEUE} because no identity-based policy allows the sqs:SendMessage action`,
    );
  });

  it("answers 400 AccessDeniedException for DynamoDB", () => {
    resources = [role()];
    const error = denialOf(() =>
      authorizer.authorize(caller, [{ action: "dynamodb:PutItem", resource: TABLE }]),
    );
    expect(error).to.include({ code: "AccessDeniedException", status: 400 });
  });

  it("logs what is missing and the component that should grant it", () => {
    const system = other("acme:index:Tasks", "tasks", {});
    const component = { ...other("acme:index:Worker", "create", {}), parent: system.urn };
    resources = [system, component, role({}, component.urn)];
    denialOf(() => send(caller));
    expect(entries).to.have.length(1);
    expect(entries[0]).to.include({ kind: "warning", source: "iam" });
    expect(entries[0]?.message)
      .to.contain("sqs:SendMessage")
      .and.to.contain(QUEUE)
      .and.to.contain('Worker "create" in Tasks "tasks"');
  });

  it("grants by a role policy, an inline policy, and an attached policy", () => {
    const policy = resourceOf(iam, "aws:iam/policy:Policy", "send", {
      name: "send",
      policy: allow("sqs:SendMessage", QUEUE),
    });
    const grants: Resource[][] = [
      [role(), rolePolicy(allow("sqs:SendMessage", QUEUE))],
      [role({ inlinePolicies: [{ name: "send", policy: allow("sqs:*", QUEUE) }] })],
      [role(), policy, attachment(policy.id)],
      [role({ managedPolicyArns: [policy.id] }), policy],
      [
        role(),
        policy,
        other("aws:iam/policyAttachment:PolicyAttachment", "p", { roles: ["creator"], policyArn: policy.id }),
      ],
    ];
    for (const granted of grants) {
      resources = granted;
      expect(() => send(caller)).not.to.throw();
      expect(() => send(caller, `${QUEUE}2`)).to.throw(AwsError);
    }
  });

  it("follows a reload: a grant that is gone is denied", () => {
    resources = [role(), rolePolicy(allow("sqs:SendMessage", QUEUE))];
    send(caller);
    resources[1] = rolePolicy(allow("sqs:ReceiveMessage", QUEUE));
    expect(() => send(caller)).to.throw(AwsError);
  });

  it("knows the AWS-managed policies of Lambda, and names those it does not know", () => {
    resources = [role(), attachment("arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole")];
    authorizer.authorize(caller, [{ action: "sqs:DeleteMessage", resource: QUEUE }]);
    const unknown = "arn:aws:iam::aws:policy/AmazonRekognitionFullAccess";
    resources = [role(), attachment(unknown)];
    expect(denialOf(() => send(caller)).message).to.contain(unknown);
  });

  it("grants no more than a permissions boundary allows", () => {
    const boundary = resourceOf(iam, "aws:iam/policy:Policy", "limit", {
      name: "limit",
      policy: allow("sqs:SendMessage", QUEUE),
    });
    resources = [role({ permissionsBoundary: boundary.id }), boundary, rolePolicy(allow("sqs:*", "*"))];
    send(caller);
    expect(denialOf(() => send(caller, `${QUEUE}2`)).message).to.contain("no permissions boundary allows");
    const Statement = [{ Effect: "Allow", Principal: { AWS: ROLE }, Action: "sqs:*", Resource: "*" }];
    const grant = { queueUrl: `${QUEUE}2`, policy: { Statement } };
    resources.push(other("aws:sqs/queuePolicy:QueuePolicy", "p", grant));
    expect(denialOf(() => send(caller, `${QUEUE}2`)).message).to.contain("no permissions boundary allows");
  });

  it("tells policies the tags of the role, and the region", () => {
    const policy = (Condition: object): Resource =>
      rolePolicy(
        JSON.stringify({ Statement: [{ Effect: "Allow", Action: "sqs:*", Resource: "*", Condition }] }),
      );
    const tagged = role({ tags: { team: "moves" } });
    const conditions: readonly [Condition: object, allowed: boolean][] = [
      [{ StringEquals: { "aws:PrincipalTag/team": "moves" } }, true],
      [{ StringEquals: { "aws:PrincipalTag/team": "tasks" } }, false],
      [{ StringEquals: { "aws:RequestedRegion": "eu-west-1" } }, true],
      [{ StringNotEquals: { "aws:RequestedRegion": "eu-west-1" } }, false],
    ];
    for (const [condition, allowed] of conditions) {
      resources = [tagged, policy(condition)];
      if (allowed) send(caller);
      else expect(() => send(caller), JSON.stringify(condition)).to.throw(AwsError);
    }
  });

  it("lets a role read a secret by the secret's own policy alone", () => {
    const secret = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:key-a1b2c3";
    const read = (): void =>
      authorizer.authorize(caller, [{ action: "secretsmanager:GetSecretValue", resource: secret }]);
    const policy = (Effect: string): Resource =>
      other("aws:secretsmanager/secretPolicy:SecretPolicy", "p", {
        secretArn: secret,
        policy: {
          Statement: [{ Effect, Principal: { AWS: ROLE }, Action: "secretsmanager:*", Resource: "*" }],
        },
      });
    resources = [role()];
    expect(read).to.throw(AwsError);
    resources = [role(), policy("Allow")];
    read();
    resources = [role(), policy("Deny"), rolePolicy(allow("*", "*"))];
    expect(denialOf(read).message).to.contain("explicit deny in a resource-based policy");
  });

  it("denies when one of several permissions is missing", () => {
    resources = [role(), rolePolicy(allow("dynamodb:PutItem", TABLE))];
    const permissions = ["dynamodb:PutItem", "dynamodb:DeleteItem"].map((action) => ({
      action,
      resource: TABLE,
    }));
    expect(denialOf(() => authorizer.authorize(caller, permissions)).message).to.contain(
      "dynamodb:DeleteItem",
    );
  });

  it("asks again when the answer depends on the time, or on what a call says of itself", async () => {
    const clock = new CloudClock();
    const until = new Date(clock.now() + 60_000).toISOString();
    const Condition = { DateLessThan: { "aws:CurrentTime": until } };
    const statement = { Effect: "Allow", Action: "sqs:SendMessage", Resource: QUEUE };
    const inline = (Statement: object): Resource[] => [
      role({ inlinePolicies: [{ name: "send", policy: JSON.stringify({ Statement }) }] }),
    ];
    authorizer = createAuthorizer(
      () => resources,
      (entry) => entries.push(entry),
      clock,
    );
    resources = inline({ ...statement, Condition });
    expect(() => send(caller)).not.to.throw();
    await clock.advance(120_000, async () => undefined);
    expect(denialOf(() => send(caller)).code).to.equal("AccessDenied");
    resources = inline({ ...statement, Condition: { StringEquals: { "aws:SourceAccount": "1" } } });
    expect(() => send(caller, QUEUE, { "aws:SourceAccount": "1" })).not.to.throw();
    expect(denialOf(() => send(caller, QUEUE, { "aws:SourceAccount": "2" })).code).to.equal("AccessDenied");
  });

  it("lets a service invoke a function only by a permission with its source", () => {
    const functionArn = "arn:aws:lambda:eu-west-1:000000000000:function:worker";
    const ruleArn = "arn:aws:events:eu-west-1:000000000000:rule/daily";
    const invoke = (resource: string, source = ruleArn): void =>
      authorizer.authorize(rule, [
        { action: "lambda:InvokeFunction", resource, context: { "aws:SourceArn": source } },
      ]);
    const permission = (inputs: Properties): Resource[] => [
      other("aws:lambda/function:Function", "worker", { name: "worker", arn: functionArn }),
      other("aws:lambda/permission:Permission", "p", {
        action: "lambda:InvokeFunction",
        principal: "events.amazonaws.com",
        ...inputs,
      }),
    ];
    resources = permission({ function: "worker", sourceArn: ruleArn });
    invoke(functionArn);
    expect(() => invoke(functionArn, `${ruleArn}2`)).to.throw(
      "no resource-based policy allows events.amazonaws.com",
    );
    expect(() => invoke(`${functionArn}:live`)).to.throw(AwsError);
    resources = permission({ function: functionArn, qualifier: "live", sourceAccount: "000000000000" });
    invoke(`${functionArn}:live`);
    expect(() => invoke(functionArn)).to.throw(AwsError);
  });

  it("lets a service use a queue by the queue's policy alone", () => {
    const policy = JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: "*",
        },
      ],
    });
    resources = [
      other("aws:sqs/queue:Queue", "jobs", { arn: QUEUE, url: "http://127.0.0.1:9/000000000000/jobs" }),
      other("aws:sqs/queuePolicy:QueuePolicy", "p", {
        queueUrl: "http://127.0.0.1:9/000000000000/jobs",
        policy,
      }),
    ];
    send(rule);
    expect(() => send(rule, `${QUEUE}2`)).to.throw(AwsError);
  });

  it("grants a role by the resource's policy too, and denies what it denies", () => {
    const bucketPolicy = (Effect: string): Resource =>
      other("aws:s3/bucketPolicy:BucketPolicy", "p", {
        bucket: "files",
        policy: {
          Statement: [
            { Effect, Principal: { AWS: ROLE }, Action: "s3:GetObject", Resource: "arn:aws:s3:::files/*" },
          ],
        },
      });
    const bucket = other("aws:s3/bucket:Bucket", "files", { bucket: "files", arn: "arn:aws:s3:::files" });
    const get = (): void =>
      authorizer.authorize(caller, [{ action: "s3:GetObject", resource: "arn:aws:s3:::files/a" }]);
    resources = [role(), bucket, bucketPolicy("Allow")];
    get();
    resources = [role(), bucket, bucketPolicy("Deny"), rolePolicy(allow("s3:*", "*"))];
    expect(denialOf(get).message).to.contain("with an explicit deny in a resource-based policy");
  });

  it("takes calls for TLS calls, so that policies which ask for TLS let them pass", () => {
    const policy = {
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:*",
          Resource: "*",
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    };
    resources = [
      role(),
      rolePolicy(allow("sqs:*", "*")),
      other("aws:sqs/queuePolicy:QueuePolicy", "p", { queueUrl: QUEUE, policy }),
    ];
    expect(() => send(caller)).not.to.throw();
  });

  it("reports which statements were used, and how often", () => {
    resources = [role(), rolePolicy(allow("sqs:*", "*"))];
    send(caller);
    send(caller);
    denialOf(() => authorizer.authorize(caller, [{ action: "s3:GetObject", resource: "arn:aws:s3:::b/k" }]));
    const used = {
      principal: "creator",
      policy: "creator-policy",
      statement: "1",
      action: "sqs:SendMessage",
      count: 2,
    };
    expect(authorizer.usage()).to.deep.equal([used]);
  });

  it("tells granted permissions that were never needed from needed ones that were never granted", () => {
    const Statement = [{ Effect: "Allow", Action: ["sqs:SendMessage", "sqs:PurgeQueue"], Resource: QUEUE }];
    resources = [role(), rolePolicy(JSON.stringify({ Version: "2012-10-17", Statement }))];
    send(caller);
    const denied = { action: "s3:GetObject", resource: "arn:aws:s3:::b/k" };
    for (let time = 1; time <= 2; time++) denialOf(() => authorizer.authorize(caller, [denied]));
    const counts = grantsOf(resources, authorizer.usage()).map(({ action, count }) => [action, count]);
    expect(counts).to.deep.equal([
      ["sqs:SendMessage", 1],
      ["sqs:PurgeQueue", 0],
    ]);
    expect(authorizer.denials()).to.deep.equal([{ principal: "creator", ...denied, count: 2 }]);
  });
});

describe("IAM's outputs", () => {
  it("are a role's ARN, name and unique id", () => {
    const { id, outputs } = resourceOf(iam, "aws:iam/role:Role", "worker", { path: "/app/" });
    expect(id).to.match(/^worker-[0-9a-f]{7}$/);
    expect(outputs).to.include({
      name: id,
      arn: `arn:aws:iam::000000000000:role/app/${id}`,
      maxSessionDuration: 3600,
    });
    expect(outputs.uniqueId).to.match(/^AROA[0-9A-F]{17}$/);
  });

  it("are a policy's ARN as its id", () => {
    const { id, outputs } = resourceOf(iam, "aws:iam/policy:Policy", "p", { name: "p", policy: "{}" });
    expect(id).to.equal("arn:aws:iam::000000000000:policy/p");
    expect(outputs.arn).to.equal(id);
  });
});
