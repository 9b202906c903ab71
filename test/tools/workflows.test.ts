import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix?: { readonly stack?: readonly string[] } };
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, { readonly workflows?: readonly string[] } | null>>;
  readonly permissions?: unknown;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

interface NamedJob {
  readonly name: string;
  readonly workflow: Workflow;
  readonly job: Job;
}

const FILES = globSync(".github/workflows/*.yml").sort();
const ACTIONS = globSync(".github/actions/*/action.yml");
const workflows = FILES.map((file) => parse(readFileSync(file, "utf8")) as Workflow);
const jobs = workflows.flatMap((workflow) =>
  Object.entries(workflow.jobs).map(
    ([name, job]): NamedJob => ({ name: `${workflow.name}: ${name}`, workflow, job }),
  ),
);
const commands = jobs.flatMap(({ name, job }) =>
  job.steps.flatMap(({ run }) => (run ? [{ name, job, run }] : [])),
);

/** What a job does in somebody's name, and why it needs to. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  "Changes as a comment: comment": ["pull-requests"],
  "Pull request: preview": ["id-token"],
  "Deploy to dev: up": ["id-token"],
  "Deploy to prod: preview": ["id-token"],
  "Deploy to prod: up": ["id-token"],
  "Drift: drift": ["id-token"],
};

function stacksOf({ job, run }: { job: Job; run: string }): string[] {
  return [...run.matchAll(/--stack (\S+)/g)].flatMap(([, stack = ""]) =>
    stack === '"$STACK"' ? (job.strategy?.matrix?.stack ?? []) : [stack],
  );
}

describe("the workflows", () => {
  it("pin every action to a commit, with the version that it is, or take one of this repository", () => {
    const uses = [...FILES, ...ACTIONS].flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, use = ""]) => ({
        file,
        use,
      })),
    );
    expect(uses).to.not.be.empty;
    for (const { file, use } of uses) {
      if (use.startsWith("./")) expect(existsSync(join(use, "action.yml")), `${file}: ${use}`).to.equal(true);
      else expect(use, file).to.match(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
    const commits = Map.groupBy(uses, ({ use }) => use.split("@")[0]);
    for (const [action, found] of commits)
      expect(new Set(found.map(({ use }) => use)).size, action).to.equal(1);
  });

  it("give each job the permissions that it needs and no other", () => {
    for (const [index, { permissions }] of workflows.entries())
      expect(permissions, FILES[index]).to.deep.equal({});
    for (const { name, job } of jobs) {
      const granted = Object.entries(job.permissions ?? {});
      expect(granted, name).to.not.be.empty;
      const writes = granted.filter(([, access]) => access !== "read").map(([scope]) => scope);
      expect(writes, name).to.deep.equal(WRITES[name] ?? []);
    }
  });

  it("end by themselves, and never deploy twice at the same time", () => {
    for (const { name, workflow, job } of jobs) {
      expect(job["timeout-minutes"], name).to.be.within(1, 60);
      const deploys = job.steps.some(({ run }) => run?.includes("pulumi up"));
      if (deploys) expect(workflow.concurrency?.["cancel-in-progress"], name).to.equal(false);
      else expect(workflow.concurrency?.group, name).to.be.a("string");
    }
  });

  it("keep no long-lived key: there are no secrets, and AWS is reached through an environment's role", () => {
    for (const file of [...FILES, ...ACTIONS])
      expect(readFileSync(file, "utf8"), file).to.not.match(
        /secrets\.|aws-(access-key-id|secret-access-key):/,
      );
    for (const { name, job } of jobs) {
      const signsIn = job.steps.some(({ uses }) =>
        uses?.startsWith("aws-actions/configure-aws-credentials@"),
      );
      const calls = job.steps.some(({ run }) => run?.includes("pulumi "));
      expect([signsIn, calls], name).to.deep.equal(Array(2).fill(job.permissions?.["id-token"] === "write"));
      if (signsIn) expect(job.environment, name).to.be.a("string");
    }
  });

  it("run a stranger's code only where there is nothing to take", () => {
    for (const { name, workflow, job } of jobs) {
      const events = Object.keys(workflow.on);
      expect(events, name).to.not.include("pull_request_target");
      if (events.includes("workflow_run")) {
        for (const { uses = "", run = "" } of job.steps)
          expect(uses + run, name).to.not.match(/actions\/checkout|^\.\/|\bnp[mx]\b|\bnode\b/);
      }
      if (events.includes("pull_request") && WRITES[name])
        expect(job.if, name).to.include("github.event.pull_request.head.repo.full_name == github.repository");
      for (const step of job.steps)
        if (step.uses?.startsWith("actions/checkout@"))
          expect(step.with?.["persist-credentials"], name).to.equal(false);
    }
  });

  it("judge everything that they preview or deploy by the policies", () => {
    for (const { name, run } of commands)
      if (/pulumi (preview|up)/.test(run)) expect(run, name).to.include(" --policy-pack policies ");
  });

  it("compare a pull request with the commit that it is for, having fetched it", () => {
    const comparing = jobs.filter(({ job }) =>
      job.steps.some(({ run }) => run?.includes("npm run --silent diff ")),
    );
    expect(comparing.map(({ name }) => name)).to.deep.equal(["Pull request: changes"]);
    for (const { job } of comparing) {
      const checkout = job.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
      expect(checkout?.with?.["fetch-depth"]).to.equal(0);
      const posted = job.steps.find(({ uses }) => uses?.startsWith("actions/upload-artifact@"))?.with?.name;
      const downloads = jobs.flatMap((other) =>
        other.job.steps.filter(({ uses }) => uses?.startsWith("actions/download-artifact@")),
      );
      expect(downloads.map((step) => step.with?.name)).to.deep.equal([posted]);
    }
  });

  it("hand what others wrote to commands as variables, never as part of the command", () => {
    for (const { name, run } of commands) expect(run, name).to.not.include("${{");
  });

  it("deploy to production by hand, from main, after a preview, in an environment that has reviewers", () => {
    const production = jobs.filter(({ job }) => job.environment === "prod");
    expect(production.map(({ name }) => name)).to.deep.equal(["Deploy to prod: up"]);
    for (const { workflow, job } of production) {
      expect(Object.keys(workflow.on)).to.deep.equal(["workflow_dispatch"]);
      expect(job.needs).to.equal("preview");
      expect(workflow.jobs.preview?.if).to.include("github.ref == 'refs/heads/main'");
    }
    for (const { name, job, run } of commands)
      if (run.includes("pulumi up")) expect(stacksOf({ job, run }), name).to.deep.equal([job.environment]);
  });

  it("call scripts, stacks, policies, jobs and workflows that exist", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const { name, job, run } of commands) {
      for (const [, script = ""] of run.matchAll(/npm (?:run )?(?:--silent )?(?!ci\b|run\b)(\w+)/g))
        expect(scripts, `${name}: ${run}`).to.have.property(script);
      for (const stack of stacksOf({ job, run }))
        expect(existsSync(`Pulumi.${stack}.yaml`), `${name}: ${stack}`).to.equal(true);
      for (const [, pack = ""] of run.matchAll(/--policy-pack (\S+)/g))
        expect(existsSync(join(pack, "PulumiPolicy.yaml")), `${name}: ${pack}`).to.equal(true);
    }
    for (const { name, workflow, job } of jobs) {
      for (const needed of [job.needs ?? []].flat()) expect(workflow.jobs, name).to.have.property(needed);
      for (const needed of workflow.on.workflow_run?.workflows ?? [])
        expect(
          workflows.map((other) => other.name),
          name,
        ).to.include(needed);
    }
  });

  it("are all the ones that are documented", () => {
    const documented = readFileSync("docs/operations.md", "utf8");
    for (const file of FILES) expect(documented, file).to.include(`\`${basename(file)}\``);
  });
});
