/** mocha's spec reporter; the outcome goes to who runs several mochas (test/run-offline.ts), else it is the last line. */
import Mocha from "mocha";
import { closingLine, type Outcome } from "./outcome.ts";

export default class PlainSummary extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const outcome: Outcome = { passed: this.stats.passes, failed: this.stats.failures };
      if (process.send) process.send(outcome);
      else process.stdout.write(closingLine(outcome));
    });
  }
}
