import { expect } from "chai";
import { LineWriter } from "../../local/cli/line-writer.ts";
import { eventually } from "../support/eventually.ts";

describe("lines that npm start prints", () => {
  it("are written together when they come together, in their order, and all at the end", async () => {
    const written: string[] = [];
    const writer = new LineWriter((text) => written.push(text));
    writer.print("a");
    writer.print("b");
    expect(written).to.deep.equal([]);
    await eventually(() => expect(written).to.deep.equal(["a\nb\n"]));
    writer.print("c");
    writer.flush();
    expect(written).to.deep.equal(["a\nb\n", "c\n"]);
  });
});
