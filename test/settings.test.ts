import { expect } from "chai";
import { describe as describeProblems, parseSettings } from "../settings.ts";

const VALID = {
  systems: '["tasks"]',
  tasks: '{"serviceUrl":"https://classifier.example.com","notifyEmails":["team@example.com"]}',
  tasksServiceKey: "12345",
};

function problemsOf(values: Readonly<Record<string, string>>) {
  const result = parseSettings(values);
  return "problems" in result ? result.problems : [];
}

function settingsOf(values: Readonly<Record<string, string>>) {
  const result = parseSettings(values);
  if ("problems" in result) throw new Error(describeProblems(result.problems, "andamio", "dev"));
  return result.settings;
}

describe("stack configuration", () => {
  it("fills in the defaults of a development stack", () => {
    const settings = settingsOf(VALID);
    expect(settings.production).to.equal(false);
    expect(settings.logRetentionDays).to.equal(7);
    expect(settings.tasks).to.include({ ratePerSecond: 50, burst: 100, dailyQuota: 1_000_000 });
  });

  it("keeps logs for a year in production unless told otherwise", () => {
    expect(settingsOf({ ...VALID, production: "true" }).logRetentionDays).to.equal(365);
    expect(settingsOf({ ...VALID, production: "true", logRetentionDays: "30" }).logRetentionDays).to.equal(
      30,
    );
  });

  it("sends import reports to those who get the notifications, unless others are named", () => {
    expect(settingsOf(VALID).tasks?.reportEmails).to.deep.equal(["team@example.com"]);
  });

  it("has no tasks system when the stack switches it off, and then asks for none of its keys", () => {
    expect(settingsOf({ systems: "[]" }).tasks).to.equal(undefined);
  });

  it("keeps a secret that looks like a number as text", () => {
    expect(problemsOf({ ...VALID, tasksServiceKey: "0123" })).to.deep.equal([]);
  });

  it("reports every mistake at once, each with its key", () => {
    const problems = problemsOf({
      systems: '["tasks","taxes"]',
      logRetentionDays: "8",
      alertEmails: '["nobody"]',
      allowedOrigins: '["https://app.example.com/"]',
      tasks: '{"serviceUrl":"classifier","ratePerSecond":0,"color":"red"}',
      unknown: "1",
    });
    expect(problems.map(({ key }) => key)).to.have.members([
      "systems[1]",
      "logRetentionDays",
      "alertEmails[0]",
      "allowedOrigins[0]",
      "tasks.serviceUrl",
      "tasks.ratePerSecond",
      "tasks.color",
      "appointments.senderEmail",
      "tasksServiceKey",
      "moves.senderEmail",
      "unknown",
    ]);
  });

  it("names the missing keys of a system, and asks for secrets as secrets", () => {
    const text = describeProblems(problemsOf({}), "andamio", "dev");
    expect(text).to.contain("andamio:tasks.serviceUrl is missing");
    expect(text).to.contain("npx pulumi config set --secret 'tasksServiceKey' <value> --stack dev");
  });
});
