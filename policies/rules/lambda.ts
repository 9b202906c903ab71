/** AWS Lambda functions. What feeds them is in event-sources.ts. */
import { ALWAYS, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { isRecord, type Subject, textOf } from "../stack.ts";
import { ALIAS, ASYNC, FUNCTION, LOG_GROUP, PERMISSION, ROLE } from "./types.ts";

const RUNTIME = "nodejs24.x";
const ASYNC_PRINCIPALS = ["s3.amazonaws.com", "sns.amazonaws.com", "events.amazonaws.com"];

/** Longest age in seconds of an event that is still tried. */
const LONGEST_AGE_S = 21_600;

const code: readonly Rule[] = [
  resourceRule(
    {
      id: "lambda-runtime",
      what: `Functions run on ${RUNTIME}, on arm64.`,
      why: "It is what the tests run on; older runtimes stop getting patches, and x86 costs 20 % more.",
      remedy: `Set runtime ${RUNTIME} and architectures ["arm64"].`,
      origin: "L1, Lambda.2, CKV_AWS_363",
      ...ALWAYS,
      types: [FUNCTION],
    },
    (fn) =>
      unless(
        fn.text("runtime") === RUNTIME && fn.list("architectures").includes("arm64"),
        `is not ${RUNTIME} on arm64`,
      ),
  ),
  resourceRule(
    {
      id: "lambda-limits",
      what: "Time and memory of a function are chosen.",
      why: "The defaults (3 s, 128 MB) are too short for a cold start and slow.",
      remedy: "Set timeout and memorySize.",
      ...ALWAYS,
      types: [FUNCTION],
    },
    (fn) =>
      unless(
        fn.number("timeout", 3) > 3 && fn.number("memorySize", 128) > 128,
        "keeps the defaults of time or memory",
      ),
  ),
  resourceRule(
    {
      id: "lambda-tracing",
      what: "Functions are traced.",
      why: "A trace shows which call of a function was slow.",
      remedy: 'Set tracingConfig.mode "Active".',
      origin: "CKV_AWS_50",
      ...ALWAYS,
      types: [FUNCTION],
    },
    (fn) => unless(fn.text("tracingConfig.mode") === "Active", "is not traced"),
  ),
  resourceRule(
    {
      id: "lambda-no-secrets",
      what: "Environment variables hold no secrets, only where they are kept.",
      why: "Whoever may read the function's configuration reads them; they are in the state, too.",
      remedy: "Keep the secret in Secrets Manager and pass its ARN.",
      origin: "CKV_AWS_45",
      ...ALWAYS,
      types: [FUNCTION],
    },
    (fn) => {
      const variables = fn.at("environment.variables");
      return Object.entries(isRecord(variables) ? variables : {}).flatMap(([name, value]) =>
        unless(!looksSecret(name, textOf(value)), `has a secret in ${name}`),
      );
    },
  ),
  stackRule(
    {
      id: "lambda-log-group",
      what: "A function logs JSON into a log group of the program's.",
      why: "Lambda would make one that never expires and that nobody removes.",
      remedy: "Set loggingConfig.logFormat JSON and logGroup to a LogGroup of the stack.",
      origin: "CKV_AWS_66",
      ...ALWAYS,
      types: [FUNCTION],
      reads: [LOG_GROUP],
    },
    (fn, stack) =>
      unless(
        fn.text("loggingConfig.logFormat") === "JSON" &&
          stack.targets(fn, "loggingConfig", LOG_GROUP).length > 0,
        "has no log group of its own",
      ),
  ),
  stackRule(
    {
      id: "lambda-own-role",
      what: "No two functions share a role.",
      why: "Each would have what the other needs.",
      remedy: "Give each function its own role.",
      origin: "IAM least privilege",
      ...ALWAYS,
      types: [FUNCTION],
      reads: [ROLE],
    },
    (fn, stack) =>
      unless(
        stack.targets(fn, "role", ROLE).every((role) => stack.referring(role, FUNCTION, "role").length === 1),
        "shares its role",
      ),
  ),
];

const invocations: readonly Rule[] = [
  resourceRule(
    {
      id: "lambda-permission",
      what: "Who may invoke a function is one service, for one resource of the account.",
      why: "A service acts for every account that asks it, unless it is told for whom.",
      remedy:
        "Set principal, and sourceArn without wildcards before the stage; for S3 sourceAccount as well.",
      origin: "Lambda.1, CKV_AWS_301, CKV_AWS_364",
      ...ALWAYS,
      types: [PERMISSION],
    },
    (permission) => {
      const source = permission.text("sourceArn");
      const principal = permission.text("principal");
      const [, , , region = "", account = "", resource = ""] = source.split(":");
      const named =
        principal === "s3.amazonaws.com" || (!/\*/.test(`${region}${account}`) && !resource.startsWith("*"));
      return [
        ...unless(principal !== "*" && principal !== "", "lets everybody invoke"),
        ...unless(source !== "" && named, "names no source"),
        ...unless(
          principal !== "s3.amazonaws.com" || permission.text("sourceAccount") !== "",
          "names no source account",
        ),
      ];
    },
  ),
  resourceRule(
    {
      id: "lambda-function-url",
      what: "A function's URL asks for IAM credentials.",
      why: "It would be open to everybody, beside the API.",
      remedy: "Set authorizationType AWS_IAM, or leave the URL out.",
      origin: "CKV_AWS_258",
      ...ALWAYS,
      types: ["aws:lambda/functionUrl:FunctionUrl"],
    },
    (url) => unless(url.text("authorizationType") === "AWS_IAM", "is open to everybody"),
  ),
  stackRule(
    {
      id: "lambda-async-failures",
      what: "An asynchronous event that fails is kept, after a number of retries that was chosen.",
      why: "After two retries Lambda throws it away.",
      remedy:
        "Add a FunctionEventInvokeConfig with onFailure, maximumEventAgeInSeconds and maximumRetryAttempts.",
      origin: "serverless-rules AsyncFailureDestination, CKV_AWS_116",
      ...ALWAYS,
      types: [PERMISSION],
      reads: [ASYNC, FUNCTION],
    },
    (permission, stack) => {
      if (!ASYNC_PRINCIPALS.includes(permission.text("principal"))) return [];
      const functions = stack.targets(permission, "function", FUNCTION);
      return unless(
        functions.every((fn) => stack.referring(fn, ASYNC, "functionName").some(keepsFailures)),
        "invokes a function that keeps no failed events",
      );
    },
  ),
  resourceRule(
    {
      id: "lambda-async-limits",
      what: "Failed asynchronous events have a destination, a longest age and a number of retries.",
      why: "The defaults are 6 hours, two retries, then nothing.",
      remedy: "Set destinationConfig.onFailure, maximumEventAgeInSeconds and maximumRetryAttempts.",
      ...ALWAYS,
      types: [ASYNC],
    },
    (config) => unless(keepsFailures(config), "keeps no failed events"),
  ),
  resourceRule(
    {
      id: "lambda-alias",
      what: "Callers use an alias of a published version.",
      why: "$LATEST changes under a caller's feet and cannot be rolled back.",
      remedy: "Publish versions (publish: true) and point the alias at one.",
      ...ALWAYS,
      types: [ALIAS],
    },
    (alias) => unless(alias.text("functionVersion") !== "$LATEST", "points at $LATEST"),
  ),
  resourceRule(
    {
      id: "lambda-recursion",
      what: "Lambda's protection against endless loops stays on.",
      why: "A function that feeds itself would run until the budget is gone.",
      remedy: 'Leave recursiveLoop at "Terminate".',
      ...ALWAYS,
      types: ["aws:lambda/functionRecursionConfig:FunctionRecursionConfig"],
    },
    (config) => unless(config.text("recursiveLoop") !== "Allow", "allows endless loops"),
  ),
  resourceRule(
    {
      id: "lambda-invocation-triggers",
      what: "A function that a deployment invokes is invoked again when what it applies changes.",
      why: "A new migration would be deployed and never applied.",
      remedy: "Put a hash of what the function applies under triggers.",
      ...ALWAYS,
      types: ["aws:lambda/invocation:Invocation"],
    },
    (invocation) => unless(Object.keys(Object(invocation.at("triggers"))).length > 0, "has no triggers"),
  ),
];

function keepsFailures(config: Subject): boolean {
  return (
    config.text("destinationConfig.onFailure.destination") !== "" &&
    config.number("maximumEventAgeInSeconds", Number.POSITIVE_INFINITY) <= LONGEST_AGE_S &&
    config.at("maximumRetryAttempts") !== undefined
  );
}

function looksSecret(name: string, value: string): boolean {
  if (/\b(AKIA|ASIA)[A-Z0-9]{16}\b/.test(value) || value.includes("-----BEGIN")) return true;
  return /pass(word|wd)|secret|token|api_?key|credential/i.test(name) && !/^(arn:|\/)/.test(value);
}

export const lambda: readonly Rule[] = [...code, ...invocations];
