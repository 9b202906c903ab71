import { expect } from "chai";
import { LineWriter } from "../../local/cli/line-writer.ts";

describe("lines that npm start prints", () => {
  it("are written together when they come together, in their order, and all at the end", async () => {
    const written: string[] = [];
    const writer = new LineWriter((text) => written.push(text));
    writer.print("a");
    writer.print("b");
    expect(written).to.deep.equal([]);
    await new Promise((resolve) => setImmediate(resolve));
    writer.print("c");
    writer.flush();
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).to.deep.equal(["a\nb\n", "c\n"]);
  });
});
