import { expect } from "chai";
import { logPrinter } from "../../local/cli/log-printer.ts";
import type { LogEntry } from "../../local/core/log.ts";

const TRACE = "1-6b03d567-a4f5f5d6e2e1cb8b9209e9a3";

function printed(entry: LogEntry, json = false): string {
  let line = "";
  logPrinter(
    json,
    () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    (text) => {
      line = text;
    },
  )(entry);
  return line.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g"), "");
}

describe("What npm start prints", () => {
  it("is a line an entry: time, trace, kind, who, how long, what", () => {
    const entry: LogEntry = {
      kind: "request",
      source: "tasks-api-rest-api-2e9dd34",
      message: "POST /tasks → 201",
    };
    expect(printed({ ...entry, trace: TRACE, duration: 12.4 })).to.equal(
      "03:04:05.006 9209e9a3 request    tasks-api                   12 ms POST /tasks → 201",
    );
    expect(printed(entry)).to.equal(
      "03:04:05.006          request    tasks-api                         POST /tasks → 201",
    );
  });

  it("names things as people do, without what Pulumi and AWS add", () => {
    const message =
      "GET /tasks/01a206f9-733d-7308-8722-16770aefdd41 by tasks-get-function-f25d07a of arn:aws:sqs:eu-west-1:000000000000:jobs";
    const line = printed({ kind: "call", source: "dynamodb", message });
    expect(line).to.match(/GET \/tasks\/01a206f9… by tasks-get of jobs$/);
  });

  it("is all that is known for machines", () => {
    const entry: LogEntry = {
      kind: "call",
      source: "tasks-get-function-f25d07a",
      message: "x",
      trace: TRACE,
    };
    expect(JSON.parse(printed(entry, true))).to.deep.equal({ at: "2026-01-02T03:04:05.006Z", ...entry });
  });
});
