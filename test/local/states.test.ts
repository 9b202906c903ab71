import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { expect } from "chai";
import type { Invocation, ServiceApis, StatesApi } from "../../local/core/apis.ts";
import { AwsError } from "../../local/core/errors.ts";
import type { Resource } from "../../local/core/graph.ts";
import { answerJson, type JsonInput } from "../../local/core/protocol.ts";
import type { AwsCall, Service, ServiceDefinition } from "../../local/core/service.ts";
import type { Endpoint } from "../../local/endpoint/index.ts";
import { states } from "../../local/services/states/index.ts";
import { eventually } from "../support/eventually.ts";
import {
  clientSettings,
  type FakeCloud,
  fakeCloud,
  resourceOf,
  type ServedService,
  serve,
} from "../support/fake-cloud.ts";

const TYPE = "aws:sfn/stateMachine:StateMachine";
const WORK = "arn:aws:lambda:eu-west-1:000000000000:function:work";
const ROLE = "arn:aws:iam::000000000000:role/machine";

type Work = (event: JsonInput) => unknown;

const nameOfError = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => expect.fail("the call should fail"),
    (error: Error) => error.name,
  );

describe("Step Functions", () => {
  let cloud: FakeCloud;
  let service: Service;
  let endpoint: Endpoint;
  let client: SFNClient;
  let work: Work;
  let dynamoCalls: AwsCall[];
  let resources: Resource[];

  /** A function that answers what `work` returns, or fails with the error that it throws. */
  async function invoke(_arn: string, event: unknown): Promise<Invocation> {
    try {
      return { payload: JSON.stringify((await work(JSON.parse(JSON.stringify(event)))) ?? null) };
    } catch (error) {
      if (error instanceof AwsError) throw error;
      const { name, message } = error as Error;
      return {
        payload: JSON.stringify({ errorType: name, errorMessage: message, trace: [] }),
        functionError: "Unhandled",
      };
    }
  }

  beforeEach(async () => {
    work = (event) => event;
    dynamoCalls = [];
    resources = [];
    const definition: ServiceDefinition = {
      name: "dynamodb",
      signingNames: ["dynamodb"],
      protocol: "json",
      outputs: {},
      create: () => ({ realize: {} }),
    };
    const operations = {
      GetItem: ({ Key }: JsonInput, call: AwsCall) => {
        dynamoCalls.push(call);
        return { Item: Key };
      },
      PutItem: () => {
        throw new AwsError("ConditionalCheckFailedException", "The conditional request failed");
      },
    };
    const dynamodb: ServedService = {
      definition,
      service: { realize: {}, call: (call) => answerJson("dynamodb", operations, call) },
    };
    const services = { lambda: { invoke, invokeAsync: () => undefined } } as unknown as ServiceApis;
    const url = { value: "" };
    cloud = fakeCloud({ services, resources: () => resources });
    Object.defineProperty(cloud.world, "endpoint", { get: () => url.value });
    service = states.create(cloud);
    endpoint = await serve([{ definition: states, service }, dynamodb], cloud);
    url.value = endpoint.url;
    client = new SFNClient(clientSettings(endpoint));
  });

  afterEach(async () => {
    await service.stop?.();
    await endpoint.close();
  });

  async function realize(definition: object, inputs = {}): Promise<string> {
    const resource = resourceOf(states, TYPE, "machine", {
      name: "machine",
      roleArn: ROLE,
      definition: JSON.stringify(definition),
      ...inputs,
    });
    await service.realize[TYPE]?.create(resource);
    resources.push(resource);
    return resource.id;
  }

  /** Runs a machine to its end. */
  async function run(
    definition: object,
    input: unknown = {},
  ): Promise<Record<string, unknown> & { executionArn?: string }> {
    const machineArn = await realize(definition);
    const { executionArn } = await (service.api as StatesApi).start(machineArn, input, { source: "test" });
    return eventually(async () => {
      await cloud.clock.advance(1_000);
      const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
      expect(execution.status).not.to.equal("RUNNING");
      const { status, output, error, cause } = execution;
      return {
        executionArn,
        status,
        output: output === undefined ? undefined : JSON.parse(output),
        error,
        cause,
      };
    });
  }

  const single = (state: object, name = "Only"): object => ({
    StartAt: name,
    States: { [name]: { ...state, End: true } },
  });
  const task = (rest: object = {}): object => ({ Type: "Task", Resource: WORK, ...rest });

  it("invokes a function as the machine's role and gives its result on", async () => {
    work = ({ n }) => ({ twice: 2 * Number(n) });
    const { status, output } = await run(single(task({ ResultPath: "$.result" })), { n: 4 });
    expect({ status, output }).to.deep.equal({ status: "SUCCEEDED", output: { n: 4, result: { twice: 8 } } });
    const asked = { principal: ROLE, permission: { action: "lambda:InvokeFunction", resource: WORK } };
    expect(cloud.asked).to.deep.include(asked);
  });

  it("invokes through lambda:invoke with its own shape of result", async () => {
    const { output } = await run(
      single({
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke",
        Parameters: { FunctionName: `${WORK}:live`, "Payload.$": "$" },
      }),
      { n: 1 },
    );
    expect(output).to.deep.equal({ ExecutedVersion: "live", Payload: { n: 1 }, StatusCode: 200 });
    expect(cloud.asked.map(({ permission }) => permission.resource)).to.include(`${WORK}:live`);
  });

  it("fails with the type of the function's error, and logs it", async () => {
    work = () => {
      throw new RangeError("too many rows");
    };
    const { status, error, cause } = await run(single(task()));
    expect({ status, error }).to.deep.equal({ status: "FAILED", error: "RangeError" });
    expect(JSON.parse(String(cause))).to.have.property("errorMessage", "too many rows");
    expect(cloud.entries.find(({ kind }) => kind === "warning")?.message).to.contain(
      "FAILED with RangeError",
    );
  });

  it("retries by the names that AWS gives to Lambda's errors, then catches", async () => {
    let calls = 0;
    work = () => {
      calls += 1;
      throw calls < 3 ? new AwsError("TooManyRequestsException", "Rate exceeded", 429) : new RangeError("no");
    };
    const definition = {
      StartAt: "Try",
      States: {
        Try: task({
          Retry: [
            {
              ErrorEquals: ["Lambda.TooManyRequestsException"],
              IntervalSeconds: 1,
              BackoffRate: 1,
              MaxAttempts: 5,
            },
          ],
          Catch: [{ ErrorEquals: ["RangeError"], Next: "Caught", ResultPath: "$.error" }],
          Next: "Caught",
        }),
        Caught: { Type: "Pass", Parameters: { "name.$": "$.error.Error" }, End: true },
      },
    };
    expect(await run(definition)).to.deep.include({ status: "SUCCEEDED", output: { name: "RangeError" } });
    expect(calls).to.equal(3);
  });

  it("times a task out", async () => {
    work = () => new Promise(() => undefined);
    const definition = single(task({ TimeoutSeconds: 1 }));
    expect(await run(definition)).to.include({ status: "FAILED", error: "States.Timeout" });
  });

  it("calls a service through the endpoint with the machine's key, and names its errors", async () => {
    const get = single({
      Type: "Task",
      Resource: "arn:aws:states:::dynamodb:getItem",
      Parameters: { TableName: "t", Key: { id: { "S.$": "$.id" } } },
    });
    expect((await run(get, { id: "1" })).output).to.deep.equal({ Item: { id: { S: "1" } } });
    expect(dynamoCalls[0]?.principal).to.deep.equal({ kind: "role", arn: ROLE, functionName: "machine" });
    const put = (resource: string): object =>
      single({ Type: "Task", Resource: resource, Parameters: { TableName: "t", Item: {} } });
    expect((await run(put("arn:aws:states:::dynamodb:putItem"))).error).to.equal(
      "DynamoDB.ConditionalCheckFailedException",
    );
    expect((await run(put("arn:aws:states:::aws-sdk:dynamodb:putItem"))).error).to.equal(
      "DynamoDb.ConditionalCheckFailedException",
    );
  });

  it("reads the execution's input and ids from the context, in a Map too", async () => {
    const definition = single({
      Type: "Map",
      ItemsPath: "$.items",
      ItemProcessor: single(
        {
          Type: "Pass",
          Parameters: { "n.$": "$", "of.$": "$$.Execution.Input.name", "machine.$": "$$.StateMachine.Name" },
        },
        "Each",
      ),
    });
    const { output } = await run(definition, { items: [1, 2], name: "all" });
    expect(output).to.deep.equal([1, 2].map((n) => ({ n, of: "all", machine: "machine" })));
  });

  it("reads false tests, falsy results and root result paths as AWS does", async () => {
    const definition = {
      StartAt: "Choose",
      States: {
        Choose: {
          Type: "Choice",
          Choices: [{ And: [{ Variable: "$.cursor", IsPresent: false }], Next: "Zero" }],
          Default: "Wrong",
        },
        Zero: { Type: "Pass", Result: 0, ResultPath: "$.count", Next: "Work" },
        Work: task({ ResultPath: "$", End: true }),
        Wrong: { Type: "Fail" },
      },
    };
    work = ({ count }) => ({ count });
    expect(await run(definition)).to.deep.include({ status: "SUCCEEDED", output: { count: 0 } });
  });

  it("starts no further iteration of a Map once one has failed", async () => {
    const started: unknown[] = [];
    work = ({ n }) => {
      started.push(n);
      throw new Error("first");
    };
    const items = Array.from({ length: 50 }, (_, n) => ({ n }));
    const definition = {
      StartAt: "All",
      States: {
        All: {
          Type: "Map",
          MaxConcurrency: 1,
          ItemProcessor: single(task(), "Each"),
          Catch: [{ ErrorEquals: ["States.ALL"], Next: "After" }],
          Next: "After",
        },
        After: { Type: "Wait", Seconds: 1, End: true },
      },
    };
    expect((await run(definition, items)).status).to.equal("SUCCEEDED");
    expect(started.length).to.be.below(4);
  });

  it("loops thousands of times without growing its history", async () => {
    work = ({ n }) => ({ n: Number(n) + 1 });
    const definition = {
      StartAt: "Work",
      States: {
        Work: task({ Next: "Again" }),
        Again: {
          Type: "Choice",
          Choices: [{ Variable: "$.n", NumericLessThan: 3_000, Next: "Work" }],
          Default: "Done",
        },
        Done: { Type: "Succeed" },
      },
    };
    const { status, output, executionArn } = await run(definition, { n: 0 });
    expect({ status, output }).to.deep.equal({ status: "SUCCEEDED", output: { n: 3_000 } });
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 5_000 }));
    expect(events?.length).to.be.within(1_000, 2_000);
    expect(events?.at(-1)?.type).to.equal("ExecutionSucceeded");
  });

  it("fails an execution that makes more than 25,000 history events, as AWS does", async () => {
    const again = { Variable: "$.go", BooleanEquals: true, Next: "Pass" };
    const definition = {
      StartAt: "Pass",
      States: {
        Pass: { Type: "Pass", Next: "Again" },
        Again: { Type: "Choice", Choices: [again], Default: "End" },
        End: { Type: "Succeed" },
      },
    };
    const { status, cause } = await run(definition, { go: true });
    expect(status).to.equal("FAILED");
    expect(cause).to.contain("maximum number of history events (25000)");
  });

  it("answers a name that is in use by whether it runs with the same input", async () => {
    let finish: (value: unknown) => void = () => undefined;
    work = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const stateMachineArn = await realize(single(task()));
    const start = (input: string): Promise<{ executionArn: string | undefined }> =>
      client.send(new StartExecutionCommand({ stateMachineArn, name: "import-1", input }));
    const { executionArn } = await start("{}");
    expect(executionArn).to.equal("arn:aws:states:eu-west-1:000000000000:execution:machine:import-1");
    expect((await start("{}")).executionArn).to.equal(executionArn);
    expect(await nameOfError(start('{"other":1}'))).to.equal("ExecutionAlreadyExists");
    finish({});
    await eventually(async () => {
      const listed = await client.send(
        new ListExecutionsCommand({ stateMachineArn, statusFilter: "SUCCEEDED" }),
      );
      expect(listed.executions?.map(({ name }) => name)).to.deep.equal(["import-1"]);
    });
    expect(await nameOfError(start("{}"))).to.equal("ExecutionAlreadyExists");
  });

  it("lists the machines", async () => {
    const stateMachineArn = await realize(single(task()));
    const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
    const listed = stateMachines.map((machine) => ({ arn: machine.stateMachineArn, type: machine.type }));
    expect(listed).to.deep.equal([{ arn: stateMachineArn, type: "STANDARD" }]);
  });

  it("stops an execution although its task never ends", async () => {
    work = () => new Promise(() => undefined);
    const stateMachineArn = await realize(single(task()));
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
    await client.send(new StopExecutionCommand({ executionArn, error: "Enough", cause: "by hand" }));
    const { status, error, cause, stopDate } = await client.send(
      new DescribeExecutionCommand({ executionArn }),
    );
    expect({ status, error, cause }).to.deep.equal({ status: "ABORTED", error: "Enough", cause: "by hand" });
    expect(stopDate).to.be.instanceOf(Date);
  });

  it("names machines and executions that are not there", async () => {
    const stateMachineArn = "arn:aws:states:eu-west-1:000000000000:stateMachine:none";
    expect(await nameOfError(client.send(new StartExecutionCommand({ stateMachineArn })))).to.equal(
      "StateMachineDoesNotExist",
    );
    expect(await nameOfError(client.send(new DescribeExecutionCommand({ executionArn: "arn:x" })))).to.equal(
      "ExecutionDoesNotExist",
    );
  });

  const map = (rest: object): object =>
    single({ Type: "Map", ItemProcessor: { ...single({ Type: "Pass" }), ...rest } });
  const refused: readonly [what: string, definition: object][] = [
    ["JSONata", { QueryLanguage: "JSONata", ...single({ Type: "Pass" }) }],
    ["DISTRIBUTED", map({ ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } })],
    ["Assign", single({ Type: "Pass", Assign: { x: 1 } })],
    [
      "arn:aws:states:::lambda:invoke.waitForTaskToken",
      single(task({ Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken" })),
    ],
    ["arn:aws:states:::ecs:runTask.sync", single(task({ Resource: "arn:aws:states:::ecs:runTask.sync" }))],
    [
      "arn:aws:states:::aws-sdk:s3:getObject",
      single(task({ Resource: "arn:aws:states:::aws-sdk:s3:getObject" })),
    ],
    ["$$.Task.Token", single({ Type: "Pass", Parameters: { "t.$": "$$.Task.Token" } })],
    ["is not valid", { StartAt: "Missing", States: { Only: { Type: "Pass", End: true } } }],
  ];
  for (const [what, definition] of refused) {
    it(`refuses a machine at once and by name: ${what}`, async () => {
      const message = await realize(definition).then(
        () => "taken",
        (error: Error) => error.message,
      );
      expect(message)
        .to.contain(what)
        .and.to.match(/state machine "machine"/i);
    });
  }
});
