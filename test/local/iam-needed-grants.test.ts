import { expect } from "chai";
import type { Principal } from "../../local/core/service.ts";
import { createAuthorizer } from "../../local/services/iam/authorizer.ts";
import { iam } from "../../local/services/iam/index.ts";
import { neededGrants } from "../../local/services/iam/needed-grants.ts";
import { resourceOf } from "../support/fake-cloud.ts";

const TABLE = "arn:aws:dynamodb:eu-west-1:000000000000:table/tasks";
const ROLE = "arn:aws:iam::000000000000:role/creator";
const caller: Principal = { kind: "role", arn: ROLE, functionName: "create" };

function needs(statements: readonly object[], calls: readonly (readonly [string, string])[]) {
  const policy = JSON.stringify({ Statement: statements.map((each) => ({ Effect: "Allow", ...each })) });
  const resources = [
    resourceOf(iam, "aws:iam/role:Role", "creator", {
      name: "creator",
      assumeRolePolicy: '{"Statement":[]}',
    }),
    resourceOf(iam, "aws:iam/rolePolicy:RolePolicy", "policy", { role: "creator", policy }),
  ];
  const authorizer = createAuthorizer(
    () => resources,
    () => undefined,
  );
  for (const [action, resource] of calls) authorizer.authorize(caller, [{ action, resource }]);
  const { unused, untested } = neededGrants(resources, authorizer.checks());
  const names = (parts: typeof unused) =>
    parts.map(({ statement, action, resource }) => `${statement} ${action ?? resource}`);
  return { unused: names(unused), untested: names(untested) };
}

describe("The proof of least privilege", () => {
  it("finds nothing to take away where each action and resource is what a call needed", () => {
    const statement = {
      Action: ["dynamodb:GetItem", "dynamodb:Query"],
      Resource: [TABLE, `${TABLE}/index/x`],
    };
    const calls = [
      ["dynamodb:GetItem", TABLE],
      ["dynamodb:Query", `${TABLE}/index/x`],
    ] as const;
    expect(needs([statement], calls)).to.deep.equal({ unused: [], untested: [] });
  });

  it("names actions and resources that no call asked for", () => {
    const statement = {
      Action: ["dynamodb:GetItem", "dynamodb:PutItem"],
      Resource: [TABLE, `${TABLE}/index/x`],
    };
    expect(needs([statement], [["dynamodb:GetItem", TABLE]])).to.deep.equal({
      unused: ["1 dynamodb:PutItem", `1 ${TABLE}/index/x`],
      untested: [],
    });
  });

  it("names what is used and could be taken away, because something else allows the same", () => {
    const statements = [
      { Sid: "Own", Action: "dynamodb:GetItem", Resource: TABLE },
      { Sid: "Wide", Action: "dynamodb:*", Resource: "*" },
    ];
    const found = needs(statements, [["dynamodb:GetItem", TABLE]]);
    expect(found).to.deep.equal({ unused: [], untested: ["Own dynamodb:GetItem", "Wide dynamodb:*"] });
  });
});
