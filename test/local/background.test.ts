import { expect } from "chai";
import { UserError } from "../../local/core/errors.ts";
import type { Graph, Resource } from "../../local/core/graph.ts";
import { Background } from "../../local/deploy/background.ts";

describe("what a deployment does in the background", () => {
  /** A migration, a parameter that is published after it, a function that reads the parameter, and one that has nothing to do with it. */
  const resources = [
    { urn: "migration", type: "aws:lambda/invocation:Invocation", name: "m", dependencies: ["set-up"] },
    { urn: "parameter", dependencies: ["migration"] },
    { urn: "user", dependencies: ["parameter"] },
    { urn: "other", dependencies: ["set-up"] },
  ] as unknown as readonly Resource[];
  const [migration] = resources;
  let failures: string[];
  let background: Background;

  beforeEach(() => {
    failures = [];
    background = new Background(({ message }) => failures.push(message));
    background.follow({ resources } as Graph);
  });

  const begin = (work: () => Promise<void>): void => {
    if (migration) background.begin(migration, work);
  };
  const refusal = (urn: string) =>
    background.pending(urn)?.then(
      () => "nothing",
      (error: Error) => error.message,
    );
  const fail = () => Promise.reject(new UserError("The table is in the way"));

  it("keeps those waiting that depend on it, at whatever distance, and nobody else", async () => {
    const migrated = Promise.withResolvers<void>();
    begin(() => migrated.promise);
    const waiting = background.pending("user");
    expect(background.pending("other")).to.equal(undefined);
    migrated.resolve();
    await waiting;
    expect(background.pending("user")).to.equal(undefined);
  });

  it("refuses those that depend on what failed, with the reason, until it is repeated", async () => {
    begin(fail);
    expect(await refusal("user")).to.equal("The table is in the way");
    expect(failures).to.deep.equal(["The table is in the way"]);
    expect(background.isToBeRepeated("migration", new Set(["other"]))).to.equal(false);
    expect(background.isToBeRepeated("migration", new Set(["set-up"]))).to.equal(true);
    begin(() => Promise.resolve());
    await background.settled();
    expect(background.pending("user")).to.equal(undefined);
  });

  it("leaves at work what depends on what was made before and fails when it is changed, as AWS does", async () => {
    begin(() => Promise.resolve());
    await background.settled();
    begin(fail);
    await background.settled().catch(() => undefined);
    expect(failures).to.have.length(1);
    expect(background.pending("user")).to.equal(undefined);
  });

  it("forgets what the program no longer has", async () => {
    begin(fail);
    await background.settled().catch(() => undefined);
    background.follow({ resources: resources.slice(1) } as unknown as Graph);
    expect(background.pending("user")).to.equal(undefined);
  });
});
