import { expect } from "chai";
import { wallClock } from "../../local/core/clock.ts";
import type { LogEntry } from "../../local/core/log.ts";
import { LogBook } from "../../local/core/log-book.ts";
import { inNewTrace, requestTrace, withTrace, withTraces } from "../../local/core/trace.ts";

const entry = (message: string): LogEntry => ({ kind: "notice", source: "test", message });

describe("The log book", () => {
  const first = requestTrace("Root=1-00000000-000000000000000000000001;Sampled=1");
  const second = requestTrace("Self=1-x;Root=1-00000000-000000000000000000000002");
  let book: LogBook;

  const messages = (id: string): string[] => book.follow(id).map(({ message }) => message);

  beforeEach(() => {
    book = new LogBook(wallClock, () => undefined);
  });

  it("follows work through promises and timers, and keeps what runs beside it apart", async () => {
    const work = async (name: string): Promise<void> => {
      book.log(entry(`${name} begins`));
      await new Promise((resolve) => wallClock.after(1, () => resolve(undefined)));
      book.log(entry(`${name} ends`));
    };
    await Promise.all([withTrace(first, () => work("one")), withTrace(second, () => work("two"))]);
    book.log(entry("nobody's"));
    expect(messages(first.id)).to.deep.equal(["one begins", "one ends"]);
    expect(messages(second.id.slice(-8))).to.deep.equal(["two begins", "two ends"]);
  });

  it("finds a trace by the ids of its requests and events, and by the client's own", () => {
    withTrace(first, () => book.log({ ...entry("request"), requestId: "r-1", clientRequestId: "mine" }));
    withTrace(first, () => book.log(entry("later")));
    for (const id of ["r-1", "mine", first.id]) expect(messages(id)).to.deep.equal(["request", "later"]);
    expect(messages("r-2")).to.deep.equal([]);
  });

  it("shows with each trace what was handled together with others", () => {
    withTrace(first, () => book.log(entry("one")));
    withTrace(second, () => book.log(entry("two")));
    withTraces([first, second, undefined], () => book.log(entry("both")));
    withTraces([second, second], () => book.log(entry("second again")));
    inNewTrace(() => book.log(entry("the clock's")));
    expect(messages(first.id)).to.deep.equal(["one", "both"]);
    expect(messages(second.id)).to.deep.equal(["two", "both", "second again"]);
  });
});
