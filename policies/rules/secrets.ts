/** AWS Secrets Manager, parameters of Systems Manager, and keys of KMS. */
import { statementsOf } from "../documents.ts";
import { openings, refusesPlainText } from "../resource-policies.ts";
import { ALWAYS, PRODUCTION, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { textOf } from "../stack.ts";
import { FUNCTION, KEY, PERMISSION, SECRET } from "./types.ts";

const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";
const SECRET_POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy";
const PARAMETER = "aws:ssm/parameter:Parameter";

/** In days. */
const LONGEST_LIFE = 30;
const RECOVERY = 30;

const secretsManager: readonly Rule[] = [
  stackRule(
    {
      id: "secrets-rotation",
      what: `A secret changes every ${LONGEST_LIFE} days.`,
      why: "One that leaked unnoticed is of use until it changes.",
      remedy: `Add a SecretRotation with rotationRules.automaticallyAfterDays of at most ${LONGEST_LIFE}, or write a waiver that says who changes it, and how.`,
      origin: "SMG4, SecretsManager.1, SecretsManager.4, CKV2_AWS_57, CKV_AWS_304",
      ...PRODUCTION,
      types: [SECRET],
      reads: [ROTATION],
    },
    (secret, stack) =>
      unless(
        stack
          .referring(secret, ROTATION, "secretId")
          .some(
            (rotation) =>
              rotation.number("rotationRules.automaticallyAfterDays", Number.POSITIVE_INFINITY) <=
              LONGEST_LIFE,
          ),
        "never changes by itself",
      ),
  ),
  stackRule(
    {
      id: "secrets-rotation-permission",
      what: "Secrets Manager may invoke the function that rotates a secret, for that secret of that account alone.",
      why: "Without the permission nothing rotates; with a wider one another secret's rotation changes this one.",
      remedy:
        "Add a Permission for secretsmanager.amazonaws.com with the secret as sourceArn, and sourceAccount.",
      ...ALWAYS,
      types: [ROTATION],
      reads: [PERMISSION, SECRET],
    },
    (rotation, stack) => {
      const secrets = stack.targets(rotation, "secretId", SECRET);
      return unless(
        stack
          .of(PERMISSION)
          .some(
            (permission) =>
              permission.text("principal") === "secretsmanager.amazonaws.com" &&
              permission.text("sourceAccount") !== "" &&
              `${rotation.text("rotationLambdaArn")}:`.includes(
                `:function:${permission.text("function")}:`,
              ) &&
              stack.targets(permission, "sourceArn", SECRET).some((secret) => secrets.includes(secret)),
          ),
        "cannot be invoked, or for others as well",
      );
    },
  ),
  stackRule(
    {
      id: "secrets-private",
      what: "A secret cannot be made public, and its policy lets in only whom it names.",
      why: "One line in a policy would give it to everybody.",
      remedy: "Add a SecretPolicy with blockPublicPolicy.",
      ...ALWAYS,
      types: [SECRET],
      reads: [SECRET_POLICY],
    },
    (secret, stack) => {
      const policies = stack.referring(secret, SECRET_POLICY, "secretArn");
      return [
        ...unless(
          policies.some((policy) => policy.at("blockPublicPolicy") === true),
          "can be made public",
        ),
        ...policies.flatMap((policy) => statementsOf(policy, "policy")).flatMap(openings),
      ];
    },
  ),
  stackRule(
    {
      id: "secrets-tls-only",
      what: "A secret is read over TLS only.",
      why: "It would cross networks in plain text.",
      remedy: "Deny requests whose aws:SecureTransport is false in the SecretPolicy.",
      ...ALWAYS,
      types: [SECRET],
      reads: [SECRET_POLICY],
    },
    (secret, stack) =>
      unless(
        stack
          .referring(secret, SECRET_POLICY, "secretArn")
          .flatMap((policy) => statementsOf(policy, "policy"))
          .some((statement) => refusesPlainText(statement) && statement.actions.includes("secretsmanager:*")),
        "is given over plain connections",
      ),
  ),
  resourceRule(
    {
      id: "secrets-recoverable",
      what: `A deleted secret can be had back for ${RECOVERY} days.`,
      why: "What it opened would be closed for good.",
      remedy: `Set recoveryWindowInDays to ${RECOVERY}.`,
      ...PRODUCTION,
      types: [SECRET],
    },
    (secret) =>
      unless(secret.number("recoveryWindowInDays", RECOVERY) >= RECOVERY, "is deleted at once or soon"),
  ),
];

const elsewhere: readonly Rule[] = [
  stackRule(
    {
      id: "secrets-nowhere-else",
      what: "The value of a secret stands in no environment variable and no parameter.",
      why: "Who may read the configuration would have the secret without asking for it, and a new value would not reach there.",
      remedy: "Pass the secret's ARN, and let the function read it.",
      ...ALWAYS,
      types: ["aws:secretsmanager/secretVersion:SecretVersion"],
      reads: [FUNCTION, PARAMETER],
    },
    (version, stack) => {
      const secret = version.text("secretString");
      if (secret === "") return [];
      const shows = (value: unknown) => textOf(value).includes(secret);
      const holders = [
        ...stack
          .of(FUNCTION)
          .filter((fn) => Object.values(Object(fn.at("environment.variables"))).some(shows)),
        ...stack.of(PARAMETER).filter((parameter) => shows(parameter.at("value"))),
      ];
      return holders.map(({ name }) => `can be read in ${name}`);
    },
  ),
  resourceRule(
    {
      id: "secrets-parameters",
      what: "A parameter that holds a secret is encrypted.",
      why: "Whoever may read the configuration would read it, and it is in every listing.",
      remedy: "Set type SecureString, or keep the secret in Secrets Manager and its ARN in the parameter.",
      origin: "CKV_AWS_337",
      ...ALWAYS,
      types: [PARAMETER],
    },
    (parameter) =>
      unless(
        parameter.text("type") === "SecureString" ||
          !/pass(word|wd)|secret|token|api-?key|credential/i.test(parameter.text("name")) ||
          parameter.text("value").startsWith("arn:"),
        "holds a secret in plain text",
      ),
  ),
  resourceRule(
    {
      id: "kms-rotation",
      what: "A key's material changes every year.",
      why: "One key would encrypt everything for ever.",
      remedy: "Set enableKeyRotation.",
      origin: "KMS5, KMS.4, CKV_AWS_7",
      ...ALWAYS,
      types: [KEY],
    },
    (key) => unless(key.at("enableKeyRotation") === true, "does not rotate"),
  ),
  resourceRule(
    {
      id: "kms-recoverable",
      what: `A deleted key can be had back for ${RECOVERY} days.`,
      why: "What it encrypted is lost with it.",
      remedy: `Leave deletionWindowInDays at ${RECOVERY}.`,
      origin: "KMS.3",
      ...PRODUCTION,
      types: [KEY],
    },
    (key) => unless(key.number("deletionWindowInDays", RECOVERY) >= RECOVERY, "is deleted soon"),
  ),
  resourceRule(
    {
      id: "kms-closed",
      what: "A key's policy names who may use it.",
      why: "Everybody with an AWS account could.",
      remedy: "Name principals, or narrow them by aws:SourceAccount or aws:PrincipalOrgID.",
      origin: "KMS.5, CKV_AWS_33",
      ...ALWAYS,
      types: [KEY],
    },
    (key) =>
      unless(
        !statementsOf(key, "policy").flatMap(openings).includes("lets everybody in"),
        "can be used by everybody",
      ),
  ),
];

export const secrets: readonly Rule[] = [...secretsManager, ...elsewhere];
