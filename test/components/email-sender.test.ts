import { expect } from "chai";
import { AlarmedFunction } from "../../components/alarmed-function.ts";
import { EmailSender } from "../../components/email-sender.ts";
import { OneTimeSchedules } from "../../components/one-time-schedules.ts";
import { DEFAULTS, functionNamed } from "./support/functions.ts";
import { documentIn, record } from "./support/recorder.ts";

const entry = "handlers/tasks/get.ts";

describe("EmailSender", () => {
  it("lets a function send from its address and no other", async () => {
    const recording = await record(() => {
      const sender = new EmailSender("mail", { address: "office@example.com" });
      return new AlarmedFunction("send", {
        defaults: DEFAULTS,
        description: "Sends.",
        entry,
        links: { SENDER_ADDRESS: sender.link("send") },
      });
    });
    recording.one("aws:sesv2/emailIdentity:EmailIdentity", "mail-identity");
    const policy = documentIn(recording.one("aws:iam/rolePolicy:RolePolicy", "send-policy"), "policy");
    const { Statement } = policy as {
      Statement: { Action: string[]; Resource: string; Condition?: object }[];
    };
    const statement = Statement.find(({ Action }) => Action.includes("ses:SendEmail"));
    expect(statement?.Action).to.deep.equal(["ses:SendEmail"]);
    expect(statement?.Resource).to.not.equal("*");
    expect(statement?.Condition).to.deep.equal({ StringEquals: { "ses:FromAddress": "office@example.com" } });
  });
});

describe("OneTimeSchedules", () => {
  it("lets a planner plan in its own group alone, with a role that only Scheduler gets", async () => {
    const recording = await record(() => {
      const schedules = new OneTimeSchedules("later", { function: functionNamed("target") });
      const planning = schedules.planning();
      return new AlarmedFunction("plan", { defaults: DEFAULTS, description: "Plans.", entry, ...planning });
    });
    const policy = documentIn(recording.one("aws:iam/rolePolicy:RolePolicy", "plan-policy"), "policy");
    const { Statement } = policy as {
      Statement: { Action: string[]; Resource: string; Condition?: object }[];
    };
    const own = Statement.filter(({ Action }) => /^(scheduler|iam):/.test(Action[0] ?? ""));
    expect(own.map(({ Action }) => Action)).to.deep.equal([
      ["scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"],
      ["iam:PassRole"],
    ]);
    expect(own[0]?.Resource).to.match(/\/\*$/).and.not.equal("*");
    expect(own[1]?.Condition).to.deep.equal({
      StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" },
    });
    const role = documentIn(recording.one("aws:iam/rolePolicy:RolePolicy", "later-policy"), "policy");
    const granted = (role as { Statement: { Action: string[] }[] }).Statement.map(({ Action }) => Action);
    expect(granted).to.deep.equal([["lambda:InvokeFunction"], ["sqs:SendMessage"]]);
  });
});
