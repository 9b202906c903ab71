/** mocha's spec reporter; the outcome goes to who runs several mochas (test/run-offline.ts), else it is the last line. */
import Mocha from "mocha";
import { closingLine, tell } from "./outcome.ts";

export default class PlainSummary extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes: passed, failures: failed } = this.stats;
      const failures = this.failures.map(
        (test) => `${test.fullTitle()}\n${test.err?.stack ?? test.err?.message}`,
      );
      const outcome = { passed, failed, failures };
      if (!tell(outcome)) process.stdout.write(closingLine(outcome));
    });
  }
}
