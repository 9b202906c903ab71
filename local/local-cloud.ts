/** The local cloud: evaluates a Pulumi program, makes its resources real on this machine, and keeps both in step. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Control } from "./control/control.ts";
import { STAND_IN_PATH, StandIns } from "./control/stand-ins.ts";
import { CloudClock } from "./core/clock.ts";
import { Faults } from "./core/faults.ts";
import { type Graph, resourcesOf, type Value } from "./core/graph.ts";
import type { Log } from "./core/log.ts";
import { LogBook } from "./core/log-book.ts";
import type { Cloud, World } from "./core/service.ts";
import { allPending, timed } from "./core/wait.ts";
import { Deployment } from "./deploy/deployment.ts";
import type { Difference } from "./deploy/difference.ts";
import { Reloader } from "./deploy/reload.ts";
import { fillConfig, type LocalSettings, readLocalSettings } from "./deploy/settings.ts";
import { CallFaults } from "./endpoint/call-faults.ts";
import { createEndpoint, type Endpoint } from "./endpoint/index.ts";
import { createPrincipals } from "./endpoint/principals.ts";
import { configuredWorld, type Evaluation, evaluate } from "./evaluate/index.ts";
import { readProject } from "./evaluate/project.ts";
import { type Authorizer, createAuthorizer } from "./services/iam/authorizer.ts";
import { createServices, type RunningServices } from "./services/running.ts";

export interface LocalCloudOptions {
  /** Folder of the Pulumi program. */
  readonly cwd: string;
  readonly stack: string;
  /** Port of the endpoint; 0 takes any free one. */
  readonly port: number;
  /** Folder for outputs.json and working files. @default `.local/<stack>` in the program's folder */
  readonly stateFolder?: string;
  /** Folder that keeps the data over restarts; without it they live in memory. */
  readonly dataFolder?: string;
  readonly log: Log;
  /** Gives up the start when aborted. */
  readonly signal?: AbortSignal;
}

export class LocalCloud {
  readonly #options: LocalCloudOptions;
  readonly #endpoint: Endpoint;
  readonly #settings: LocalSettings;
  readonly #services: RunningServices;
  readonly #deployment: Deployment;
  readonly #folder: string;
  readonly #authorizer: Authorizer;
  readonly #clock: CloudClock;
  readonly #book: LogBook;
  readonly cloud: Cloud;
  #world: World;
  #graph: Graph | undefined;
  #isDeployed = false;
  #isStopped = false;
  #reloader: Reloader | undefined;
  readonly #startTimes: Record<"program" | "services" | "resources", number> = {
    program: 0,
    services: 0,
    resources: 0,
  };

  /**
   * Evaluates the program, starts what it needs and makes its resources real.
   * @throws UserError when the program, its configuration or this machine does not allow it
   */
  static async start(options: LocalCloudOptions): Promise<LocalCloud> {
    const settings = readLocalSettings(options.cwd);
    const clock = new CloudClock();
    const book = new LogBook(clock, options.log);
    const endpoint = await createEndpoint({ port: options.port, log: book.log });
    let local: LocalCloud | undefined;
    try {
      local = new LocalCloud(options, endpoint, settings, book, clock);
      await local.#start();
      return local;
    } catch (error) {
      await (local?.stop() ?? endpoint.close());
      throw error;
    }
  }

  private constructor(
    options: LocalCloudOptions,
    endpoint: Endpoint,
    settings: LocalSettings,
    book: LogBook,
    clock: CloudClock,
  ) {
    const { cwd, stack, dataFolder } = options;
    const { log } = book;
    this.#book = book;
    this.#clock = clock;
    this.#options = options;
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.#folder = options.stateFolder ?? join(cwd, ".local", stack);
    this.#world = configuredWorld({ cwd, stack, endpoint: endpoint.url, config: this.#config });
    mkdirSync(this.#folder, { recursive: true });
    const workFolder = mkdtempSync(join(this.#folder, "run-"));
    const world = () => this.#world;
    const resources = () => this.#deployment.resources;
    const authorizer = createAuthorizer(() => this.#services.apis.iam.resources(), log, clock);
    const services = () => this.#services.apis;
    this.cloud = {
      get world() {
        return world();
      },
      get services() {
        return services();
      },
      clock,
      faults: new Faults(log, clock),
      log,
      workFolder,
      dataFolder,
      authorize: authorizer.authorize,
      resources,
      pending: (urn) => allPending([this.#reloader?.pending(urn), this.#deployment.background.pending(urn)]),
    };
    this.#authorizer = authorizer;
    this.#services = createServices(this.cloud);
    this.#deployment = new Deployment(
      this.#services.list.map(({ service }) => service),
      ({ message }) => this.#isStopped || log({ kind: "error", source: "deployment", message }),
    );
  }

  /** The graph that is realized. */
  get graph(): Graph {
    if (!this.#graph) throw new Error("The program has not been evaluated yet.");
    return this.#graph;
  }

  get world(): World {
    return this.#world;
  }

  /** Names of the people for whom tokens can be had: those of the local settings whose user pool the program has. */
  get userNames(): readonly string[] {
    const pools = resourcesOf(this.graph, "aws:cognito/userPool:UserPool").map(({ name }) => name);
    const people = Object.entries(this.#settings.users).filter(([, { pool }]) => pools.includes(pool));
    return people.map(([name]) => name);
  }

  /** Milliseconds that parts of the start took; program and services start side by side, resources follow. */
  get startTimes(): Readonly<Record<string, number>> {
    return this.#startTimes;
  }

  /** The stack's outputs and the local cloud's own, as `pulumi stack output --json --show-secrets` shows them. */
  get outputValues(): Readonly<Record<string, Value>> {
    const outputs = Object.entries(this.graph.outputs).map(([name, { value }]) => [name, value]);
    const { url } = this.#endpoint;
    return { ...Object.fromEntries(outputs), awsEndpointUrl: url, consoleUrl: `${url}/_local/console` };
  }

  /**
   * Settles once also what the deployment does in the background is done.
   * @throws UserError when that fails
   */
  async deployed(): Promise<void> {
    await this.#deployment.background.settled();
  }

  /** Whether what happened in a trace was part of a deployment. */
  isDeployment(trace: string | undefined): boolean {
    return this.#deployment.background.causes(trace);
  }

  /** Keeps what runs in step with the program's files from now on. Resolves when what nobody has asked for so far is made. */
  async watch(): Promise<void> {
    await this.#reloader?.watch();
  }

  /**
   * Removes all data that the program wrote, and all faults. Resources stay, with the content that the program gives them;
   * what requests under way write meanwhile may stay too. Deployments end before, and the next begins after.
   */
  async reset(): Promise<void> {
    this.cloud.faults.clear();
    await this.#reloader?.between(async () => {
      await this.#deployment.background.ended();
      await this.#services.reset();
    });
  }

  /**
   * Moves the time of the whole cloud on. Everything that becomes due on the way runs, in order and each at its time, and
   * is done when this resolves.
   * @param milliseconds 0 waits only for what is under way
   * @throws Error when something does not end within half a minute of real time; it names the services
   */
  async advance(milliseconds: number): Promise<void> {
    await this.#clock.advance(milliseconds, () => this.#services.settle());
    await this.#services.advanced();
    await this.#services.settle();
  }

  /** Ends everything that was started. Safe to call at any time, also twice. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#reloader?.stop();
    await this.#services.stop();
    await this.#endpoint.close();
    rmSync(this.cloud.workFolder, { recursive: true, force: true });
    rmSync(this.#outputsFile, { force: true });
  }

  get #config(): Readonly<Record<string, unknown>> {
    return fillConfig(this.#settings, (name) => `${this.#endpoint.url}${STAND_IN_PATH}/${name}`);
  }

  get #outputsFile(): string {
    return join(this.#folder, "outputs.json");
  }

  async #start(): Promise<void> {
    const standIns = new StandIns();
    const control = new Control({
      cloud: this.cloud,
      standIns,
      users: this.#settings.users,
      graph: () => this.#graph,
      reset: () => this.reset(),
      authorizer: this.#authorizer,
      advance: (milliseconds) => this.advance(milliseconds),
      follow: (id) => this.#book.follow(id),
    });
    const times = this.#startTimes;
    const evaluating = timed(this.#evaluate(), (time) => (times.program = time));
    const starting = timed(this.#services.start(), (time) => (times.services = time));
    const [evaluation] = await Promise.all([evaluating, standIns.load(this.#settings.standIns)]);
    this.#endpoint.attach({
      services: this.#services.list,
      principalOf: createPrincipals(() => this.#deployment.resources, this.#world.account),
      region: this.#world.region,
      clock: this.#clock,
      faults: new CallFaults(this.cloud, () => this.cloud.services.lambda),
      control: (request, response) => control.handle(request, response),
    });
    await starting;
    // From the first resource on: some call functions when they are made.
    this.#reloader = this.#createReloader(evaluation.graph);
    await timed(this.#deploy(evaluation.graph), (time) => (times.resources = time));
  }

  #createReloader(graph: Graph): Reloader {
    const { cwd } = this.#options;
    const { log } = this.#book;
    return new Reloader({
      ...readProject(cwd),
      cwd,
      log,
      graph,
      evaluate: async () => (await this.#evaluate()).graph,
      soon: (urns) => {
        for (const urn of urns) this.cloud.services.lambda.prepare(urn);
      },
      apply: (next) => (this.#isDeployed ? this.#deploy(next) : this.#apply(next)),
    });
  }

  async #evaluate(): Promise<Evaluation> {
    const { cwd, stack, signal } = this.#options;
    const { log } = this.#book;
    const evaluation = await evaluate({
      cwd,
      stack,
      endpoint: this.#endpoint.url,
      definitions: this.#services.list.map(({ definition }) => definition),
      config: this.#config,
      takesRecipes: true,
      signal,
      onOutput: (line) => log({ kind: "notice", source: "program", message: line }),
    });
    this.#world = evaluation.world;
    for (const message of evaluation.notices) log({ kind: "notice", source: "program", message });
    for (const { type, names } of evaluation.unknownTypes) {
      const message = `${type} is not supported here and does nothing: ${names.join(", ")}`;
      log({ kind: "warning", source: "program", message });
    }
    return evaluation;
  }

  /** Part of the first deployment while that is under way. */
  #apply(graph: Graph): Promise<Difference> {
    this.#graph = graph;
    return this.#deployment.apply(graph);
  }

  async #deploy(graph: Graph): Promise<Difference> {
    const changes = await this.#apply(graph);
    await this.#services.ready();
    this.#isDeployed = true;
    writeFileSync(this.#outputsFile, `${JSON.stringify(this.outputValues, undefined, 2)}\n`);
    return changes;
  }
}
