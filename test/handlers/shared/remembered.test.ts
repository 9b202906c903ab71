import "../support/environment.ts";
import { expect } from "chai";
import { remembered } from "../../../handlers/shared/remembered.ts";

function counted(fail: () => boolean = () => false) {
  const state = { reads: 0, clock: 0 };
  const secret = remembered(
    async () => {
      state.reads++;
      if (fail()) throw new Error("out of reach");
      return `value ${state.reads}`;
    },
    () => state.clock,
  );
  return { state, secret };
}

describe("cached secret", () => {
  it("is read once by many at the same time, and again after five minutes", async () => {
    const { state, secret } = counted();
    expect(await Promise.all([secret.read(), secret.read()])).to.deep.equal(["value 1", "value 1"]);
    state.clock = 299_999;
    expect(await secret.read()).to.equal("value 1");
    state.clock = 300_000;
    expect(await secret.read()).to.equal("value 2");
  });

  it("is refreshed on demand, at most every ten seconds", async () => {
    const { state, secret } = counted();
    await secret.read();
    expect(await secret.refresh()).to.equal("value 1");
    state.clock = 10_000;
    expect(await secret.refresh()).to.equal("value 2");
    expect(await secret.refresh()).to.equal("value 2");
    expect(await secret.read()).to.equal("value 2");
  });

  it("does not remember a failure", async () => {
    let isDown = true;
    const { secret } = counted(() => isDown);
    expect(await secret.read().catch(() => "failed")).to.equal("failed");
    isDown = false;
    expect(await secret.read()).to.equal("value 2");
  });
});
