import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AlarmedFunction } from "./alarmed-function.ts";
import { createAlarm } from "./alarms.ts";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import { createCluster, createInstances, PORT } from "./database-cluster.ts";
import type { DatabaseNetwork } from "./database-network.ts";
import type { Link, PolicyStatement } from "./link.ts";
import type { Migration } from "./migrations.ts";
import { fingerprintOf, readMigrations } from "./migrations.ts";
import type { Mistake } from "./mistakes.ts";
import { refuseMistakes } from "./mistakes.ts";
import { Secret } from "./secret.ts";

export interface RelationalDatabaseArgs {
  readonly defaults: StackDefaults;
  /** Where it is; one for all databases of a stack. */
  readonly network: DatabaseNetwork;
  /** Name of the database within PostgreSQL, and the beginning of its users' names: lower-case letters, digits and _. */
  readonly databaseName: string;
  /** Folder of the schema's migrations (`0001-trucks.sql`, `0002-…`), from the project root. */
  readonly migrations: string;
  /** Aurora capacity units (2 GiB of memory each) that a production database may grow to, 1 to 256. @default 4 */
  readonly productionCapacity?: number;
}

const DEFAULT_CAPACITY = 4;

/** SMG4 of AWS's Well-Architected rules wants it within 90 days. */
const ROTATION_DAYS = 30;

/** Migrations may make indexes; one statement may take 45 seconds. */
const SET_UP_SECONDS = 900;
const ROTATION_SECONDS = 180;

/** The highest share of its capacity, in percent, that a database should use for long. */
const BUSY_PERCENT = 90;

type Parent = { readonly parent: RelationalDatabase };

/**
 * A PostgreSQL database of one system, reached through the RDS Data API: functions need no network for it.
 *
 * Creates: an Aurora Serverless v2 cluster that pauses when it is idle (production: two instances, never paused,
 * protected, 14 days of backups) with its subnets, parameters and a closed security group; the master user's password,
 * which RDS keeps and rotates; a secret with the application's own user, rotated every 30 days between two users, so
 * that no request fails meanwhile; SSM parameters below `/<project>/<stack>/<name>/database` that say where it is; a
 * function that the deployment invokes when the migrations have changed, before anything that uses the database is
 * deployed. The application may do what migrations grant to the role `app`, and nothing else.
 *
 *     const fleet = new RelationalDatabase("fleet", {
 *       defaults, network, databaseName: "fleet", migrations: "handlers/fleet/migrations",
 *     });
 *     new AlarmedFunction("fleet-app", { links: { DATABASE_PATH: fleet.link() }, … });
 */
export class RelationalDatabase extends Component {
  readonly cluster: aws.rds.Cluster;
  /** The application's user, not the master user. */
  readonly secret: Secret;
  readonly #parameters: Readonly<Record<Published, aws.ssm.Parameter>>;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments and the migrations */
  constructor(name: string, args: RelationalDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("RelationalDatabase", name, {}, opts);
    const { migrations, mistakes } = readMigrations(args.migrations);
    refuseMistakes(`RelationalDatabase "${name}"`, [...mistakesIn(args), ...mistakes]);
    const { defaults } = args;
    const parent = { parent: this };
    const clusterArgs = { ...args, productionCapacity: args.productionCapacity ?? DEFAULT_CAPACITY };
    this.cluster = createCluster(name, clusterArgs, parent);
    const instances = createInstances(name, this.cluster, clusterArgs, parent);
    const description = `Login of the application to the database ${name}.`;
    this.secret = new Secret(`${name}-login`, { defaults, description, writtenByFunction: true }, parent);
    const prepared = createSetUp(name, args, migrations, instances, parent);
    createRotation(name, args, prepared, parent);
    createCapacityAlarm(name, defaults, this.cluster, parent);
    this.#parameters = createParameters(name, prepared, parent);
    this.registerOutputs({ cluster: this.cluster });
  }

  /**
   * What a function needs: the path of the parameters, and the permission to read them and to carry out statements.
   * @param uses what it does beside single statements. @default transactions
   */
  link(uses: readonly DatabaseUse[] = ["transactions"]): Link {
    const { name } = this.#parameters.name;
    const needed = [this.#parameters["cluster-arn"], this.#parameters["secret-arn"], this.#parameters.name];
    const actions = uses.flatMap((use) => ACTIONS[use]);
    return {
      value: name.apply((full) => full.slice(0, full.lastIndexOf("/"))),
      statements: [
        { Effect: "Allow", Action: ["ssm:GetParameters"], Resource: needed.map(({ arn }) => arn) },
        { Effect: "Allow", Action: [EXECUTE, ...actions], Resource: this.cluster.arn },
        ...this.secret.link("read").statements,
      ],
    };
  }
}

/** What a function may do beside single statements. */
export type DatabaseUse = "transactions" | "batches";

const EXECUTE = "rds-data:ExecuteStatement";

const ACTIONS: Readonly<Record<DatabaseUse, readonly string[]>> = {
  transactions: ["rds-data:BeginTransaction", "rds-data:CommitTransaction", "rds-data:RollbackTransaction"],
  batches: ["rds-data:BatchExecuteStatement"],
};

/** What is published, by the last part of the parameter's name. */
type Published = "host" | "port" | "name" | "cluster-arn" | "secret-arn";

/** The function that prepares the database, and its invocation. */
function createSetUp(
  name: string,
  args: RelationalDatabaseArgs,
  migrations: readonly Migration[],
  instances: readonly aws.rds.ClusterInstance[],
  parent: Parent,
): aws.lambda.Invocation {
  const { cluster } = parent.parent;
  const fn = new AlarmedFunction(
    `${name}-set-up`,
    {
      defaults: args.defaults,
      description: `Makes the users of the database ${name}, and migrates its schema.`,
      entry: "handlers/database/set-up.ts",
      constants: { migrations },
      timeoutSeconds: SET_UP_SECONDS,
      ...administration(args, ["secretsmanager:PutSecretValue"], parent),
    },
    parent,
  );
  return new aws.lambda.Invocation(
    `${name}-migration`,
    {
      functionName: fn.function.name,
      qualifier: fn.alias.name,
      input: "{}",
      // A cluster that was restored has another id.
      triggers: { migrations: fingerprintOf(migrations), cluster: cluster.clusterResourceId },
    },
    { ...parent, dependsOn: [fn, ...instances] },
  );
}

function createRotation(
  name: string,
  args: RelationalDatabaseArgs,
  prepared: aws.lambda.Invocation,
  parent: Parent,
): void {
  const { secret } = parent.parent.secret;
  const fn = new AlarmedFunction(
    `${name}-rotate`,
    {
      defaults: args.defaults,
      description: `Rotates the application's login to the database ${name}.`,
      entry: "handlers/database/rotate.ts",
      timeoutSeconds: ROTATION_SECONDS,
      // A step that fails is tried again hours later.
      maximumErrorsPerMinute: 0,
      ...administration(args, ROTATION_ACTIONS, parent),
    },
    parent,
  );
  const caller = { principal: "secretsmanager.amazonaws.com", sourceArn: secret.arn };
  const allowed = fn.allowInvocation("secret", caller);
  new aws.secretsmanager.SecretRotation(
    `${name}-rotation`,
    {
      secretId: secret.id,
      rotationLambdaArn: fn.alias.arn,
      rotationRules: { automaticallyAfterDays: ROTATION_DAYS },
      rotateImmediately: false,
    },
    { ...parent, dependsOn: [allowed, prepared] },
  );
}

const ROTATION_ACTIONS = [
  "secretsmanager:DescribeSecret",
  "secretsmanager:PutSecretValue",
  "secretsmanager:UpdateSecretVersionStage",
];

/** What both functions that look after the database need: the master user, and the application's secret. */
function administration(
  { databaseName }: RelationalDatabaseArgs,
  secretActions: readonly string[],
  { parent: { cluster, secret } }: Parent,
) {
  const masterSecretArn = cluster.masterUserSecrets.apply(([managed]) => managed?.secretArn ?? "");
  const read = "secretsmanager:GetSecretValue";
  const statements: PolicyStatement[] = [
    { Effect: "Allow", Action: [EXECUTE, ...ACTIONS.transactions], Resource: cluster.arn },
    { Effect: "Allow", Action: [read], Resource: masterSecretArn },
    { Effect: "Allow", Action: [read, ...secretActions], Resource: secret.secret.arn },
  ];
  const environment = {
    CLUSTER_ARN: cluster.arn,
    MASTER_SECRET_ARN: masterSecretArn,
    APP_SECRET_ARN: secret.secret.arn,
    DATABASE_NAME: databaseName,
    APP_USER: `${databaseName}_app`,
  };
  return { statements, environment };
}

/** Made after the migrations: what uses the database, and so reads them, is deployed when the schema is there. */
function createParameters(
  name: string,
  prepared: aws.lambda.Invocation,
  parent: Parent,
): Record<Published, aws.ssm.Parameter> {
  const { cluster, secret } = parent.parent;
  const path = `/${pulumi.getProject()}/${pulumi.getStack()}/${name}/database`;
  const publish = (key: Published, value: pulumi.Input<string>) =>
    new aws.ssm.Parameter(
      `${name}-database-${key}`,
      { name: `${path}/${key}`, type: "String", value },
      { ...parent, dependsOn: [prepared] },
    );
  return {
    host: publish("host", cluster.endpoint),
    port: publish("port", String(PORT)),
    name: publish("name", cluster.databaseName),
    "cluster-arn": publish("cluster-arn", cluster.arn),
    "secret-arn": publish("secret-arn", secret.secret.arn),
  };
}

function createCapacityAlarm(
  name: string,
  defaults: StackDefaults,
  cluster: aws.rds.Cluster,
  parent: Parent,
): void {
  createAlarm(
    `${name}-capacity`,
    defaults,
    {
      description: `The database ${name} has used more than ${BUSY_PERCENT} % of its capacity for a quarter of an hour: let it grow.`,
      namespace: "AWS/RDS",
      metricName: "ACUUtilization",
      dimensions: { DBClusterIdentifier: cluster.clusterIdentifier },
      statistic: "Average",
      threshold: BUSY_PERCENT,
      periodSeconds: 300,
      evaluationPeriods: 3,
    },
    parent,
  );
}

function mistakesIn({ databaseName, productionCapacity }: RelationalDatabaseArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  if (!/^[a-z][a-z0-9_]{0,30}$/.test(databaseName)) {
    const reason = `is "${databaseName}"; use at most 31 lower-case letters, digits and _, a letter first`;
    mistakes.push({ propertyPath: "databaseName", reason });
  }
  const capacity = productionCapacity ?? DEFAULT_CAPACITY;
  if (!(capacity >= 1 && capacity <= 256 && Number.isInteger(2 * capacity))) {
    const reason = `is ${productionCapacity}; give 1 to 256, in steps of a half`;
    mistakes.push({ propertyPath: "productionCapacity", reason });
  }
  return mistakes;
}
