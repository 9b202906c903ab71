import { StateMachine } from "aws-local-stepfunctions";
import { expect } from "chai";
import type { StateMachineDefinition } from "../../components/workflow-states.ts";
import { lambdaTask, mistakesInDefinition } from "../../components/workflow-states.ts";

const ALIAS = "arn:aws:lambda:eu-west-1:000000000000:function:plan:live";

const DEFINITION: StateMachineDefinition = {
  StartAt: "Plan",
  TimeoutSeconds: 60,
  States: {
    Plan: lambdaTask(ALIAS, { timeoutSeconds: 20, next: "Each", catchNext: "Failed", resultPath: "$.plan" }),
    Each: {
      Type: "Map",
      ItemsPath: "$.plan.chunks",
      MaxConcurrency: 2,
      ItemProcessor: {
        StartAt: "Chunk",
        States: {
          Chunk: lambdaTask(ALIAS, { timeoutSeconds: 20, catchNext: "ChunkFailed" }),
          ChunkFailed: { Type: "Fail", ErrorPath: "$.error.Error" },
        },
      },
      End: true,
    },
    Failed: { Type: "Fail", Error: "ImportFailed" },
  },
};

describe("a task of a workflow", () => {
  it("is bounded, tries transient errors again with full jitter and catches the rest", () => {
    const task = lambdaTask(ALIAS, { timeoutSeconds: 20, catchNext: "Failed", retryErrors: ["Busy"] });
    expect(task).to.deep.equal({
      Type: "Task",
      Resource: ALIAS,
      TimeoutSeconds: 20,
      Retry: [
        {
          ErrorEquals: [
            "Lambda.ClientExecutionTimeoutException",
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException",
            "Busy",
          ],
          IntervalSeconds: 1,
          MaxAttempts: 6,
          BackoffRate: 2,
          MaxDelaySeconds: 30,
          JitterStrategy: "FULL",
        },
      ],
      Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Failed" }],
      End: true,
    });
  });

  it("runs: its answer goes where it is told, and on to the next state", async () => {
    const { result } = new StateMachine(asDefinition(DEFINITION)).run(
      { file: "a.csv" },
      {
        overrides: {
          taskResourceLocalHandlers: {
            Plan: async () => ({ chunks: [1, 2] }),
            Chunk: async (chunk) => ({ done: chunk }),
          },
        },
      },
    );
    expect(await result).to.deep.equal([{ done: 1 }, { done: 2 }]);
  });

  it("runs: a transient error is tried again", async () => {
    let attempts = 0;
    const { result } = new StateMachine(asDefinition(DEFINITION)).run(
      {},
      {
        overrides: {
          taskResourceLocalHandlers: {
            Plan: async () => {
              attempts += 1;
              if (attempts < 3)
                throw Object.assign(new Error("busy"), { name: "Lambda.TooManyRequestsException" });
              return { chunks: [] };
            },
          },
          retryIntervalOverrides: { Plan: 0 },
        },
      },
    );
    expect(await result).to.deep.equal([]);
    expect(attempts).to.equal(3);
  });
});

describe("a workflow's definition", () => {
  it("has no mistakes when all is bounded and caught", () => {
    expect(mistakesInDefinition(DEFINITION)).to.deep.equal([]);
  });

  it("is refused with unbounded or uncaught tasks, open choices and states that do not exist", () => {
    const definition: StateMachineDefinition = {
      StartAt: "Begin",
      States: {
        Work: { Type: "Task", Resource: ALIAS, Next: "Gone" },
        Ask: { Type: "Choice", Choices: [{ Variable: "$.x", IsPresent: true, Next: "Nowhere" }] },
        Both: {
          Type: "Parallel",
          Branches: [
            { StartAt: "Inner", States: { Inner: { Type: "Task", Resource: ALIAS, TimeoutSeconds: 1 } } },
          ],
          End: true,
        },
      },
    };
    expect(mistakesInDefinition(definition)).to.have.members([
      'StartAt "Begin" is not a state',
      'state "Work" goes on to "Gone", which is not a state',
      'state "Work" has no TimeoutSeconds',
      'state "Work" has no Retry',
      'state "Work" has no Catch',
      'state "Ask" goes on to "Nowhere", which is not a state',
      'state "Ask" has no Default',
      'state "Inner" has no Retry',
      'state "Inner" has no Catch',
    ]);
  });
});

/** The library's type of definitions is stricter than what it reads; it checks the definition itself. */
function asDefinition(definition: StateMachineDefinition): ConstructorParameters<typeof StateMachine>[0] {
  return JSON.parse(JSON.stringify(definition));
}
