/** An Aurora PostgreSQL cluster: its databases, who may use them, and its pauses. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Timer } from "../../core/clock.ts";
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Cloud } from "../../core/service.ts";
import { Postgres } from "../../real-parts/postgres.ts";
import { Database } from "./database.ts";
import { CheckedPasswords } from "./passwords.ts";

/** What Aurora does without a value: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html */
const PAUSE_SECONDS = 300;

interface Scaling {
  readonly minCapacity?: number;
  readonly secondsUntilAutoPause?: number;
}

interface Running {
  readonly postgres: Postgres;
  readonly database: Database;
  readonly prepared: Promise<void>;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export function unavailable(): AwsError {
  return new AwsError("DatabaseUnavailableException", "The writer instance is not available.", 504);
}

export class Cluster {
  readonly #cloud: Cloud;
  readonly #folder: string;
  readonly #running = new Map<string, Running>();
  readonly #passwords = new CheckedPasswords();
  #isPaused = false;
  #hasEnded = false;
  #pause: Timer | undefined;
  #resource: Resource;

  constructor(cloud: Cloud, resource: Resource) {
    this.#cloud = cloud;
    this.#resource = resource;
    this.#folder = join(cloud.dataFolder ?? cloud.workFolder, "rds", resource.id);
  }

  get arn(): string {
    return String(this.#resource.outputs.arn);
  }

  get acceptsDataApi(): boolean {
    return this.#resource.inputs.enableHttpEndpoint === true;
  }

  get busy(): boolean {
    return [...this.#running.values()].some(({ database }) => database.busy);
  }

  update(resource: Resource): void {
    this.#resource = resource;
  }

  /**
   * A database that runs; it is started when it does not.
   * @throws AwsError DatabaseResumingException when the cluster was paused, until it runs again;
   * DatabaseUnavailableException when it is gone
   */
  async database(name: string | undefined): Promise<Database> {
    if (this.#hasEnded) throw unavailable();
    this.#pause?.cancel();
    const wanted = name ?? this.#defaultDatabase;
    const found = this.#running.get(wanted) ?? this.#start(wanted);
    if (this.#isPaused) {
      void found.prepared.then(() => {
        this.#isPaused = false;
      });
      const message = `The Aurora DB instance ${this.#resource.id} is resuming after being auto-paused. Please wait a few seconds and try again.`;
      throw new AwsError("DatabaseResumingException", message);
    }
    await found.prepared;
    this.#pauseLater();
    return found.database;
  }

  /** @throws AwsError BadRequestException when PostgreSQL would refuse the password */
  async authenticate(database: Database, { username, password }: Credentials): Promise<void> {
    const { rows } = await database.query(
      "SELECT rolpassword FROM pg_authid WHERE rolname = $1 AND rolcanlogin",
      [username],
    );
    const isMaster = username === this.#master.username;
    const matches = isMaster
      ? password === this.#master.password
      : this.#passwords.matches(username, password, rows[0]?.[0] ?? null);
    if (rows.length > 0 && matches) return;
    const message = `FATAL: password authentication failed for user "${username}"; SQLState: 28P01`;
    throw new AwsError("BadRequestException", message);
  }

  /** Drops all databases with their users. */
  async empty(): Promise<void> {
    await this.#stop();
    this.#isPaused = false;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Ends it for good. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.#stop();
  }

  async #stop(): Promise<void> {
    this.#pause?.cancel();
    const running = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(running.map(({ postgres }) => postgres.end()));
  }

  get #defaultDatabase(): string {
    return String(this.#resource.inputs.databaseName ?? "postgres");
  }

  get #master(): Credentials {
    const { inputs, outputs } = this.#resource;
    const username = String(inputs.masterUsername ?? "postgres");
    const [managed] = (outputs.masterUserSecrets ?? []) as readonly { readonly secretArn: string }[];
    if (!managed) return { username, password: String(inputs.masterPassword ?? "") };
    const secret = this.#cloud.services.secretsmanager.value(managed.secretArn);
    return JSON.parse(secret ?? '{"username":"","password":""}') as Credentials;
  }

  #start(name: string): Running {
    const postgres = new Postgres(join(this.#folder, name));
    const database = new Database(this.#cloud.clock, postgres);
    const running = { postgres, database, prepared: this.#prepare(database) };
    this.#running.set(name, running);
    running.prepared.catch(() => this.#running.delete(name));
    return running;
  }

  /** The master user of RDS owns the database, and is no superuser. */
  async #prepare(database: Database): Promise<void> {
    const { username } = this.#master;
    const role = `"${username.replaceAll('"', '""')}"`;
    const { rows } = await database.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [username]);
    if (rows.length > 0) return;
    await database.query(`CREATE ROLE ${role} LOGIN CREATEDB CREATEROLE`);
    await database.query("CREATE ROLE rds_superuser NOLOGIN");
    await database.query(`GRANT rds_superuser, pg_read_all_data, pg_write_all_data TO ${role}`);
    await database.query(`ALTER DATABASE postgres OWNER TO ${role}`);
    await database.query(`ALTER SCHEMA public OWNER TO ${role}`);
  }

  #pauseLater(): void {
    const { minCapacity, secondsUntilAutoPause = PAUSE_SECONDS } = (this.#resource.inputs
      .serverlessv2ScalingConfiguration ?? {}) as Scaling;
    if (minCapacity !== 0) return;
    this.#pause = this.#cloud.clock.after(secondsUntilAutoPause * 1_000, () => {
      if (this.busy) return this.#pauseLater();
      this.#isPaused = true;
      const message = `${this.#resource.id} had nothing to do for ${secondsUntilAutoPause} seconds and pauses.`;
      this.#cloud.log({ kind: "notice", source: "rds", message });
    });
  }
}
