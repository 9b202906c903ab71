/** AWS IAM: who may take a role, and what a role may do. */
import { demanded, type Statement, statementsOf } from "../documents.ts";
import { ALWAYS, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import type { Subject } from "../stack.ts";
import { ROLE, ROLE_POLICY } from "./types.ts";

const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const EMAIL_IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity";
const POLICIES = [ROLE_POLICY, "aws:iam/policy:Policy", ROLE];
const USERS = [
  "user:User",
  "accessKey:AccessKey",
  "userPolicy:UserPolicy",
  "userLoginProfile:UserLoginProfile",
];

/** Services that say for which resource they take a role: the pages on the confused deputy of each. */
const DEPUTIES = [
  "events.amazonaws.com",
  "pipes.amazonaws.com",
  "scheduler.amazonaws.com",
  "states.amazonaws.com",
];

/** Has rules of its own, in cognito.ts. */
const IDENTITY_POOLS = "cognito-identity.amazonaws.com";

/** Actions that AWS has without resources: the service authorization reference of X-Ray and CloudWatch Logs. */
const WITHOUT_RESOURCES = [
  "xray:PutTraceSegments",
  "xray:PutTelemetryRecords",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
  "logs:CreateLogDelivery",
  "logs:GetLogDelivery",
  "logs:UpdateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:DescribeResourcePolicies",
  "logs:DescribeLogGroups",
];

/** What lets a program give itself, or somebody else, more than it has. */
const ESCALATION =
  /^(iam:(?!PassRole$|Get|List)|sts:AssumeRole|lambda:(AddPermission|CreateFunction|UpdateFunction)|organizations:|cloudformation:)/;

/** What a policy, or a role's inline policies, allow. */
function allowances(subject: Subject): readonly Statement[] {
  const paths =
    subject.type === ROLE
      ? subject.list("inlinePolicies").map((_policy, index) => `inlinePolicies.${index}.policy`)
      : ["policy"];
  return paths.flatMap((path) => statementsOf(subject, path)).filter(({ effect }) => effect === "Allow");
}

/** Everything, or everything of a kind, or of every account or region. */
function isEverything(resource: string): boolean {
  const [, , service = "", region = "", account = "", ...rest] = resource.split(":");
  if ([service, region, account].includes("*")) return true;
  // The ARN of a bucket has no kind: what stands before the slash is its name.
  const kind = service === "s3" ? /^\*/ : /^([a-z-]+[/:])?\*$/;
  return rest.length === 0 || kind.test(rest.join(":"));
}

function mayBeAnywhere(statement: Statement): boolean {
  return statement.actions.every(
    (action) =>
      WITHOUT_RESOURCES.includes(action) ||
      (action === "cloudwatch:PutMetricData" && demanded(statement, "cloudwatch:namespace").length > 0),
  );
}

const trust: readonly Rule[] = [
  resourceRule(
    {
      id: "iam-trust",
      what: "One service may take a role, and where it acts for others only for one resource of the account.",
      why: "A service takes the role for every account that asks it, unless it is told for whom.",
      remedy: `Name one service in assumeRolePolicy; for ${DEPUTIES.join(", ")} demand aws:SourceAccount and aws:SourceArn. (AWS documents no source for Lambda's and API Gateway's roles.)`,
      origin: "CKV_AWS_60, CKV_AWS_61",
      ...ALWAYS,
      types: [ROLE],
    },
    (role) =>
      statementsOf(role, "assumeRolePolicy").flatMap((statement) => {
        const { principals, services, effect } = statement;
        if (effect !== "Allow" || principals.join() === IDENTITY_POOLS) return [];
        const deputies = services.filter((service) => DEPUTIES.includes(service));
        const source = ["aws:SourceAccount", "aws:SourceArn"].every(
          (key) => demanded(statement, key).length > 0,
        );
        return [
          ...unless(
            services.length === 1 && principals.length === 1,
            `lets ${principals.join(", ")} take it`,
          ),
          ...unless(deputies.length === 0 || source, `lets ${deputies.join()} take it, whoever it acts for`),
        ];
      }),
  ),
];

const documents: readonly Rule[] = [
  resourceRule(
    {
      id: "iam-actions",
      what: "A policy names its actions one by one.",
      why: "A wildcard also allows what AWS adds tomorrow.",
      remedy: "Name the actions that the code calls (npm run permissions shows them).",
      origin: "IAM5, IAM.1, IAM.21, CKV_AWS_286 to 290",
      ...ALWAYS,
      types: POLICIES,
    },
    (policy) =>
      allowances(policy).flatMap(({ actions }) =>
        actions.filter((action) => action.includes("*")).map((action) => `allows ${action}`),
      ),
  ),
  resourceRule(
    {
      id: "iam-resources",
      what: "A policy names its resources; only what AWS has no resources for may be allowed on everything.",
      why: "A mistake in one function would reach the data of all.",
      remedy: "Name the ARNs; on cloudwatch:PutMetricData put a condition on cloudwatch:namespace.",
      origin: "IAM5, CKV_AWS_355",
      ...ALWAYS,
      types: POLICIES,
    },
    (policy) =>
      allowances(policy).flatMap((statement) => {
        const wide = statement.resources.filter(isEverything);
        return wide.length === 0 || mayBeAnywhere(statement)
          ? []
          : [`allows ${statement.actions.join(", ")} on ${wide.join(", ")}`];
      }),
  ),
  resourceRule(
    {
      id: "iam-no-exceptions",
      what: "A policy says what it allows, not what it does not.",
      why: "NotAction and NotResource allow everything else, also what does not exist yet.",
      remedy: "Turn the statement round, or deny with it.",
      ...ALWAYS,
      types: POLICIES,
    },
    (policy) => unless(!allowances(policy).some(({ negated }) => negated), "allows all but what it names"),
  ),
  resourceRule(
    {
      id: "iam-pass-role",
      what: "A program may hand on one role, to one service.",
      why: "It could give any role of the account to a service, and act with it.",
      remedy: "Name the role's ARN beside iam:PassRole, and demand iam:PassedToService.",
      ...ALWAYS,
      types: POLICIES,
    },
    (policy) =>
      allowances(policy)
        .filter(({ actions }) => actions.includes("iam:PassRole"))
        .flatMap((statement) =>
          unless(
            demanded(statement, "iam:PassedToService").length === 1 &&
              !statement.resources.some((resource) => resource.includes("*")),
            "hands on roles to any service, or any role",
          ),
        ),
  ),
  resourceRule(
    {
      id: "iam-no-escalation",
      what: "No program may change what programs may do.",
      why: "Who gets hold of one function would get hold of the account.",
      remedy: "Leave changes of roles, policies and functions to the deployment.",
      ...ALWAYS,
      types: POLICIES,
    },
    (policy) =>
      allowances(policy)
        .flatMap(({ actions }) => actions.filter((action) => ESCALATION.test(action)))
        .map((action) => `allows ${action}`),
  ),
  stackRule(
    {
      id: "iam-senders",
      what: "Who sends e-mails does so in one name; who puts events, as one source.",
      why: "A mistake in one function could write to clients in the name of another, or make another system act.",
      remedy: "Demand ses:FromAddress beside ses:SendEmail, events:source beside events:PutEvents.",
      ...ALWAYS,
      types: POLICIES,
      reads: [EMAIL_IDENTITY],
    },
    (policy, stack) =>
      allowances(policy).flatMap((statement) => {
        const does = (pattern: RegExp) => statement.actions.some((action) => pattern.test(action));
        const known = stack.of(EMAIL_IDENTITY).map((identity) => identity.text("arn"));
        const named =
          demanded(statement, "ses:FromAddress").length === 1 &&
          statement.resources.every((arn) => !arn.includes(":identity/") || known.includes(arn));
        return [
          ...unless(!does(/^ses:Send/) || named, "sends e-mails in any name"),
          ...unless(
            !does(/^events:PutEvents$/) || demanded(statement, "events:source").length === 1,
            "puts events of any source",
          ),
        ];
      }),
  ),
];

const shortcuts: readonly Rule[] = [
  resourceRule(
    {
      id: "iam-no-managed-policies",
      what: "No role has a policy that AWS manages.",
      why: "It allows more than the program needs, and AWS changes it.",
      remedy: "Write what is needed into a RolePolicy.",
      origin: "IAM4, cdk-nag IAM4",
      ...ALWAYS,
      types: [ROLE, ATTACHMENT],
    },
    (subject) =>
      [...subject.list("managedPolicyArns"), ...subject.list("policyArn")]
        .map(String)
        .filter((arn) => arn.startsWith("arn:aws:iam::aws:"))
        .map((arn) => `has ${arn}`),
  ),
  resourceRule(
    {
      id: "iam-no-users",
      what: "A stack has no users and no access keys.",
      why: "A key does not expire, and it stands in the stack's state.",
      remedy: "Let people come through the organisation's sign-in, and programs through roles (OIDC).",
      origin: "IAM.3, IAM.22",
      ...ALWAYS,
      types: USERS.map((name) => `aws:iam/${name}`),
    },
    () => ["lives longer than a session"],
  ),
];

export const iam: readonly Rule[] = [...trust, ...documents, ...shortcuts];
