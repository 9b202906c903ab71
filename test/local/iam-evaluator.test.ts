import { expect } from "chai";
import { readPolicy } from "../../local/services/iam/documents.ts";
import { type Decision, evaluatePolicies, type Question } from "../../local/services/iam/evaluator.ts";
import {
  ANY,
  allow,
  type Case,
  decide,
  deny,
  OBJECT,
  TABLE,
  variable,
  when,
} from "../support/policy-cases.ts";

const CASES: readonly Case[] = [
  { says: "nothing is allowed without a statement", statements: [], expected: "ImplicitDeny" },
  { says: "an exact action and ARN", statements: [allow("dynamodb:GetItem", TABLE)], expected: "Allow" },
  {
    says: "another action is not meant",
    statements: [allow("dynamodb:PutItem", TABLE)],
    expected: "ImplicitDeny",
  },
  {
    says: "another table is not meant",
    statements: [allow("dynamodb:GetItem", `${TABLE}2`)],
    expected: "ImplicitDeny",
  },
  {
    says: "a table does not mean its indexes",
    statements: [allow("dynamodb:GetItem", TABLE)],
    resource: `${TABLE}/index/byStatus`,
    expected: "ImplicitDeny",
  },
  {
    says: "one of several actions",
    statements: [allow(["dynamodb:PutItem", "dynamodb:GetItem"], TABLE)],
    expected: "Allow",
  },
  {
    says: "one of several ARNs",
    statements: [allow("dynamodb:GetItem", [`${TABLE}/index/*`, TABLE])],
    expected: "Allow",
  },
  {
    says: "the case of actions does not matter",
    statements: [allow("DYNAMODB:getitem", TABLE)],
    expected: "Allow",
  },
  {
    says: "the case of ARNs does matter",
    statements: [allow("dynamodb:GetItem", TABLE.replace("tasks", "Tasks"))],
    expected: "ImplicitDeny",
  },
  { says: "* in an action", statements: [allow("dynamodb:Get*")], expected: "Allow" },
  {
    says: "* in an action ends nowhere but where it stands",
    statements: [allow("dynamodb:*Put")],
    expected: "ImplicitDeny",
  },
  { says: "? is exactly one character", statements: [allow("dynamodb:Get?tem")], expected: "Allow" },
  { says: "? is not none", statements: [allow("dynamodb:GetItem?")], expected: "ImplicitDeny" },
  { says: "a dot is a dot", statements: [allow("dynamodb:GetIte.")], expected: "ImplicitDeny" },
  {
    says: "* reaches over slashes of a key",
    statements: [allow("s3:GetObject", "arn:aws:s3:::files/imports/*")],
    action: "s3:GetObject",
    resource: OBJECT,
    expected: "Allow",
  },
  {
    says: "another prefix is not meant",
    statements: [allow("s3:GetObject", "arn:aws:s3:::files/exports/*")],
    action: "s3:GetObject",
    resource: OBJECT,
    expected: "ImplicitDeny",
  },
  {
    says: "a bucket does not mean its objects",
    statements: [allow("s3:GetObject", "arn:aws:s3:::files")],
    action: "s3:GetObject",
    resource: OBJECT,
    expected: "ImplicitDeny",
  },
  {
    says: "* does not reach over a colon of the ARN",
    statements: [allow("dynamodb:GetItem", "arn:aws:dynamodb:*:table/tasks")],
    expected: "ImplicitDeny",
  },
  {
    says: "* for each part of the ARN",
    statements: [allow("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/*")],
    expected: "Allow",
  },
  {
    says: "colons in the last part belong to it",
    statements: [allow("logs:PutLogEvents", "arn:aws:logs:eu-west-1:000000000000:log-group:/aws/lambda/f:*")],
    action: "logs:PutLogEvents",
    resource: "arn:aws:logs:eu-west-1:000000000000:log-group:/aws/lambda/f:log-stream:s",
    expected: "Allow",
  },
  {
    says: "a function does not mean its alias",
    statements: [allow("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:000000000000:function:f")],
    action: "lambda:InvokeFunction",
    resource: "arn:aws:lambda:eu-west-1:000000000000:function:f:live",
    expected: "ImplicitDeny",
  },
  {
    says: "Deny wins over Allow",
    statements: [ANY, deny("dynamodb:GetItem", TABLE)],
    expected: "ExplicitDeny",
  },
  { says: "Deny wins wherever it stands", statements: [deny("dynamodb:*"), ANY], expected: "ExplicitDeny" },
  {
    says: "Deny of something else does not matter",
    statements: [ANY, deny("dynamodb:PutItem")],
    expected: "Allow",
  },
  { says: "NotAction allows all others", statements: [{ NotAction: "iam:*" }], expected: "Allow" },
  {
    says: "NotAction leaves out what it names",
    statements: [{ NotAction: ["dynamodb:Get*"] }],
    expected: "ImplicitDeny",
  },
  {
    says: "Deny with NotAction",
    statements: [ANY, { Effect: "Deny", NotAction: "s3:*" }],
    expected: "ExplicitDeny",
  },
  {
    says: "NotResource allows all others",
    statements: [{ Action: "*", NotResource: "arn:aws:s3:::files/*" }],
    expected: "Allow",
  },
  {
    says: "NotResource leaves out what it names",
    statements: [{ Action: "*", NotResource: TABLE }],
    expected: "ImplicitDeny",
  },
  {
    says: "a policy variable in a resource",
    statements: [allow("s3:GetObject", `arn:aws:s3:::files/${variable("aws:username")}/*`)],
    action: "s3:GetObject",
    resource: "arn:aws:s3:::files/ana/x",
    context: { "aws:username": "ana" },
    expected: "Allow",
  },
  {
    says: "a policy variable without a value",
    statements: [allow("s3:GetObject", `arn:aws:s3:::files/${variable("aws:username")}/*`)],
    action: "s3:GetObject",
    resource: "arn:aws:s3:::files/ana/x",
    expected: "ImplicitDeny",
  },
  {
    says: "a policy variable with a default",
    statements: [allow("s3:GetObject", `arn:aws:s3:::files/${variable("aws:username, 'all'")}/*`)],
    action: "s3:GetObject",
    resource: "arn:aws:s3:::files/all/x",
    expected: "Allow",
  },
  {
    says: "wildcards in a variable's value are no wildcards",
    statements: [allow("s3:GetObject", `arn:aws:s3:::files/${variable("aws:username")}/x`)],
    action: "s3:GetObject",
    resource: "arn:aws:s3:::files/ana/x",
    context: { "aws:username": "*" },
    expected: "ImplicitDeny",
  },
];

describe("Policies decide on actions and resources as on AWS:", () => {
  for (const testCase of CASES) {
    it(`${testCase.says} → ${testCase.expected}`, () => {
      expect(decide(testCase).effect).to.equal(testCase.expected);
    });
  }

  it("say which statement decided, by its Sid or its number", () => {
    const named = { Sid: "Read", ...allow("dynamodb:GetItem") };
    expect(decide({ says: "", statements: [deny("s3:*"), named], expected: "Allow" }).by).to.deep.equal({
      policy: "p",
      statement: "Read",
    });
    expect(
      decide({ says: "", statements: [ANY, deny("dynamodb:*")], expected: "ExplicitDeny" }).by,
    ).to.deep.equal({ policy: "p", statement: "2" });
  });

  it("say what could not be told", () => {
    const statements = [
      when({ StringEquals: { "app:key": "x" } }),
      when({ StringAlmost: { "app:key": "x" } }),
    ];
    const notes = decide({ says: "", statements, expected: "ImplicitDeny" }).notes.join("\n");
    expect(notes).to.contain("app:key has no value").and.to.contain("StringAlmost is not supported");
  });
});

describe("Policies of resources name who they are for:", () => {
  const ROLE = "arn:aws:iam::000000000000:role/writer";
  const asRole: Question["caller"] = { kind: "AWS", name: ROLE, account: "000000000000" };
  const asService: Question["caller"] = {
    kind: "Service",
    name: "events.amazonaws.com",
    account: "000000000000",
  };
  const cases: readonly [
    says: string,
    statement: object,
    caller: Question["caller"],
    expected: Decision["effect"],
  ][] = [
    ["everybody", { Principal: "*" }, asService, "Allow"],
    [
      "the service",
      { Principal: { Service: ["sns.amazonaws.com", "events.amazonaws.com"] } },
      asService,
      "Allow",
    ],
    ["another service", { Principal: { Service: "sns.amazonaws.com" } }, asService, "ImplicitDeny"],
    ["the role", { Principal: { AWS: ROLE } }, asRole, "Allow"],
    ["a service is no AWS principal", { Principal: { AWS: "*" } }, asService, "ImplicitDeny"],
    [
      "the account grants nothing by itself",
      { Principal: { AWS: "arn:aws:iam::000000000000:root" } },
      asRole,
      "ImplicitDeny",
    ],
    [
      "the account is meant by a Deny",
      { Effect: "Deny", Principal: { AWS: "000000000000" } },
      asRole,
      "ExplicitDeny",
    ],
    [
      "NotPrincipal leaves out whom it names",
      { Effect: "Deny", NotPrincipal: { AWS: ROLE } },
      asRole,
      "ImplicitDeny",
    ],
    [
      "NotPrincipal means all others",
      { Effect: "Deny", NotPrincipal: { AWS: `${ROLE}2` } },
      asRole,
      "ExplicitDeny",
    ],
  ];
  for (const [says, statement, caller, expected] of cases) {
    it(`${says} → ${expected}`, () => {
      const document = {
        Statement: { Effect: "Allow", Action: "sqs:SendMessage", Resource: "*", ...statement },
      };
      const question = {
        action: "sqs:SendMessage",
        resource: "arn:aws:sqs:eu-west-1:000000000000:q",
        context: {},
      };
      expect(
        evaluatePolicies([readPolicy("q", document)], { ...question, ...(caller ? { caller } : {}) }).effect,
      ).to.equal(expected);
    });
  }
});

describe("A policy document that is none", () => {
  const cases: readonly [says: string, document: unknown, message: string][] = [
    ["is not JSON", "{", "not valid JSON"],
    ["has no statement", {}, "no Statement"],
    ["has no effect", { Statement: [{ Action: "*", Resource: "*" }] }, "statement 1 has no Effect"],
    ["has no action", { Statement: [{ Effect: "Allow", Resource: "*" }] }, "statement 1 has no Action"],
  ];
  for (const [says, document, message] of cases) {
    it(`is refused by name when it ${says}`, () => {
      expect(() => readPolicy("tasks-create", document))
        .to.throw(`The policy tasks-create is not an IAM policy document`)
        .with.property("message")
        .that.contains(message);
    });
  }
});
