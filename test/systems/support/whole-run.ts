/** Whether all end-to-end tests have run: only then can be told what none of them needed. */
import { globSync } from "node:fs";
import { resolve } from "node:path";

const SPECS = "test/systems/*.test.ts";

/** @returns why what was recorded says nothing about the program; undefined when it does */
export function whyNotWhole(root: Mocha.Suite): string | undefined {
  const tests = testsOf(root);
  const loaded = new Set(root.suites.map(({ file }) => file));
  const missing = globSync(SPECS).filter((spec) => !loaded.has(resolve(spec)));
  if (missing.length > 0) return `${missing.join(", ")} did not run`;
  const failed = tests.filter(({ state }) => state !== "passed");
  if (failed.length > 0) return `${failed.length} tests did not run or did not pass`;
  return undefined;
}

/** All end-to-end tests; what other tests did does not matter. */
function testsOf(root: Mocha.Suite): Mocha.Test[] {
  const specs = new Set(globSync(SPECS).map((spec) => resolve(spec)));
  const collect = (suite: Mocha.Suite): Mocha.Test[] => [...suite.tests, ...suite.suites.flatMap(collect)];
  return root.suites.filter(({ file }) => specs.has(String(file))).flatMap(collect);
}
