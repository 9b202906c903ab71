import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AlarmedFunction } from "../../components/alarmed-function.ts";
import { DatabaseNetwork } from "../../components/database-network.ts";
import type { DatabaseUse, RelationalDatabaseArgs } from "../../components/relational-database.ts";
import { RelationalDatabase } from "../../components/relational-database.ts";
import { DEFAULTS, ENTRY } from "./support/functions.ts";
import { documentIn, known, type Recording, record } from "./support/recorder.ts";
import { refusalOf } from "./support/refusal.ts";

const CLUSTER = "aws:rds/cluster:Cluster";
const INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const CLUSTER_ARN = "arn:aws:rds:eu-west-1:123456789012:cluster:andamio-test-fleet";
const MASTER_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-AbCdEf";
const LOGIN_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:fleet-login-secret-AbCdEf";
const PARAMETERS = ["cluster-arn", "secret-arn", "name"];
const STATEMENTS = [
  "rds-data:ExecuteStatement",
  "rds-data:BeginTransaction",
  "rds-data:CommitTransaction",
  "rds-data:RollbackTransaction",
];

describe("RelationalDatabase", () => {
  const root = mkdtempSync(join(tmpdir(), "migrations-"));
  const folderWith = (name: string, files: Readonly<Record<string, string>>): string => {
    const folder = join(root, name);
    mkdirSync(folder);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    return folder;
  };
  let migrations: string;
  before(() => {
    migrations = folderWith("good", { "0001-trucks.sql": "CREATE TABLE truck (id int);" });
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const database = (args: Partial<RelationalDatabaseArgs> = {}, name = "fleet") => {
    const network = args.network ?? new DatabaseNetwork(`${name}-network`);
    return new RelationalDatabase(name, {
      defaults: DEFAULTS,
      network,
      databaseName: "fleet",
      migrations,
      ...args,
    });
  };
  const production = { ...DEFAULTS, production: true };
  const recorded = (args: Partial<RelationalDatabaseArgs> = {}) => record(() => database(args));
  const statementsOf = (recording: Recording<unknown>, role: string) =>
    (documentIn(recording.one("aws:iam/rolePolicy:RolePolicy", role), "policy") as { Statement: unknown[] })
      .Statement;

  it("is encrypted, private, with IAM logins, a managed master password and its own port everywhere", async () => {
    for (const defaults of [DEFAULTS, production]) {
      const recording = await recorded({ defaults });
      expect(recording.one(CLUSTER).inputs).to.include({
        engine: "aurora-postgresql",
        engineMode: "provisioned",
        storageEncrypted: true,
        iamDatabaseAuthenticationEnabled: true,
        manageMasterUserPassword: true,
        masterUsername: "fleet_owner",
        enableHttpEndpoint: true,
        copyTagsToSnapshot: true,
        port: 5433,
      });
      expect(recording.one(CLUSTER).inputs).to.not.have.property("masterPassword");
      for (const { inputs } of recording.all(INSTANCE)) {
        expect(inputs).to.include({
          instanceClass: "db.serverless",
          publiclyAccessible: false,
          autoMinorVersionUpgrade: true,
        });
      }
      const { inputs } = recording.one("aws:rds/clusterParameterGroup:ClusterParameterGroup");
      expect(inputs.parameters).to.deep.equal([
        { name: "rds.force_ssl", value: "1" },
        { name: "log_min_duration_statement", value: "1000" },
      ]);
      for (const type of ["securityGroup:SecurityGroup", "defaultSecurityGroup:DefaultSecurityGroup"]) {
        expect(recording.one(`aws:ec2/${type}`).inputs).to.deep.include({ ingress: [], egress: [] });
      }
    }
  });

  it("costs nothing while idle in development", async () => {
    const recording = await recorded();
    expect(recording.one(CLUSTER).inputs).to.deep.include({
      serverlessv2ScalingConfiguration: { minCapacity: 0, maxCapacity: 1, secondsUntilAutoPause: 300 },
      backupRetentionPeriod: 1,
      deletionProtection: false,
      skipFinalSnapshot: true,
    });
    expect(recording.all(INSTANCE)).to.have.length(1);
    const vpc = recording.one("awsx:ec2:Vpc");
    expect(vpc.inputs).to.deep.include({
      natGateways: { strategy: "None" },
      numberOfAvailabilityZones: 2,
      subnetSpecs: [{ type: "Isolated", cidrMask: 24 }],
    });
  });

  it("survives the loss of an instance, and deletion by mistake, in production", async () => {
    const recording = await recorded({ defaults: production, productionCapacity: 8 });
    const cluster = recording.one(CLUSTER);
    expect(cluster.inputs).to.deep.include({
      serverlessv2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 8 },
      backupRetentionPeriod: 14,
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "andamio-test-fleet-final",
      enabledCloudwatchLogsExports: ["postgresql"],
    });
    expect(cluster.protect).to.equal(true);
    expect(recording.all(INSTANCE).map(({ name }) => name)).to.deep.equal(["fleet-writer", "fleet-reader"]);
    expect(cluster.dependsOn).to.deep.equal(["fleet-logs"]);
    expect(recording.one("aws:cloudwatch/logGroup:LogGroup", "fleet-logs").inputs).to.include({
      name: "/aws/rds/cluster/andamio-test-fleet/postgresql",
    });
  });

  it("publishes where it is, once it is migrated", async () => {
    const recording = await recorded();
    const parameters = recording.all("aws:ssm/parameter:Parameter");
    expect(Object.fromEntries(parameters.map(({ inputs }) => [inputs.name, inputs.value]))).to.deep.equal({
      "/andamio/test/fleet/database/host": "andamio-test-fleet.cluster-abc.eu-west-1.rds.amazonaws.com",
      "/andamio/test/fleet/database/port": "5433",
      "/andamio/test/fleet/database/name": "fleet",
      "/andamio/test/fleet/database/cluster-arn": CLUSTER_ARN,
      "/andamio/test/fleet/database/secret-arn": LOGIN_ARN,
    });
    for (const { dependsOn } of parameters) expect(dependsOn).to.deep.equal(["fleet-migration"]);
  });

  it("is migrated when a migration changes, or the cluster is another one", async () => {
    const triggersOf = async (folder: string) => {
      const recording = await recorded({ migrations: folder });
      const { inputs, dependsOn } = recording.one("aws:lambda/invocation:Invocation");
      expect(dependsOn).to.deep.equal(["fleet-set-up", "fleet-writer"]);
      return inputs.triggers as { migrations: string; cluster: string };
    };
    const first = await triggersOf(migrations);
    const unix = folderWith("same", { "0001-trucks.sql": "CREATE TABLE truck (id int);" });
    const other = folderWith("other", { "0001-trucks.sql": "CREATE TABLE truck (id bigint);" });
    expect(await triggersOf(unix)).to.deep.equal(first);
    const changed = await triggersOf(other);
    expect(changed.migrations).to.not.equal(first.migrations);
    expect(changed.cluster).to.equal("cluster-ABC");
  });

  it("rotates the application's login every 30 days, by a function that only this secret may invoke", async () => {
    const recording = await recorded();
    expect(recording.one("aws:secretsmanager/secretRotation:SecretRotation").inputs).to.deep.include({
      rotationRules: { automaticallyAfterDays: 30 },
      rotateImmediately: false,
    });
    expect(recording.one("aws:lambda/permission:Permission").inputs).to.include({
      principal: "secretsmanager.amazonaws.com",
      sourceArn: LOGIN_ARN,
      sourceAccount: "123456789012",
    });
    recording.none("aws:secretsmanager/secretVersion:SecretVersion");
  });

  it("lets its own functions do what they need, on exact ARNs", async () => {
    const recording = await recorded();
    const own = (...secretActions: readonly string[]) => [
      { Effect: "Allow", Action: STATEMENTS, Resource: CLUSTER_ARN },
      { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: MASTER_ARN },
      { Effect: "Allow", Action: ["secretsmanager:GetSecretValue", ...secretActions], Resource: LOGIN_ARN },
    ];
    expect(statementsOf(recording, "fleet-set-up-policy").slice(2)).to.deep.equal(
      own("secretsmanager:PutSecretValue"),
    );
    expect(statementsOf(recording, "fleet-rotate-policy").slice(2)).to.deep.equal(
      own(
        "secretsmanager:DescribeSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
      ),
    );
  });

  it("links functions to its parameters, its statements and the application's login, not the master user's", async () => {
    const recording = await record(() => {
      const links = { DATABASE_PATH: database().link() };
      return new AlarmedFunction("app", { defaults: DEFAULTS, description: "Uses it.", entry: ENTRY, links });
    });
    const { inputs } = recording.one("aws:lambda/function:Function", "app-function");
    expect(inputs.environment).to.deep.equal({
      variables: { DATABASE_PATH: "/andamio/test/fleet/database" },
    });
    expect(statementsOf(recording, "app-policy").slice(2)).to.deep.equal([
      {
        Effect: "Allow",
        Action: ["ssm:GetParameters"],
        Resource: PARAMETERS.map(
          (name) => `arn:aws:ssm:eu-west-1:123456789012:parameter/andamio/test/fleet/database/${name}`,
        ),
      },
      { Effect: "Allow", Action: STATEMENTS, Resource: CLUSTER_ARN },
      { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: LOGIN_ARN },
    ]);
  });

  it("shares one network with other databases", async () => {
    const recording = await record(() => {
      const network = new DatabaseNetwork("databases");
      return [database({ network }), database({ network }, "moves")];
    });
    expect(recording.all("awsx:ec2:Vpc")).to.have.length(1);
    expect(recording.all(CLUSTER)).to.have.length(2);
    for (const { name, parent } of recording.list.filter((resource) => resource.parent)) {
      expect(name).to.match(new RegExp(`^${parent}-`));
    }
  });

  it("links those that read, or write batches, to no more than that", async () => {
    const actionsOf = async (uses: readonly DatabaseUse[]) => {
      const { result } = await record(() =>
        known(
          database()
            .link(uses)
            .statements.map(({ Action }) => Action),
        ),
      );
      return result[1];
    };
    expect(await actionsOf([])).to.deep.equal(["rds-data:ExecuteStatement"]);
    expect(await actionsOf(["batches"])).to.deep.equal([
      "rds-data:ExecuteStatement",
      "rds-data:BatchExecuteStatement",
    ]);
  });

  it("gives functions its path at once", async () => {
    const { result } = await record(() => known(database().link().value));
    expect(result).to.equal("/andamio/test/fleet/database");
  });

  it("refuses what cannot be, all at once", async () => {
    const bad = folderWith("bad", {
      "0001-trucks.sql": "COMMIT;",
      "0003-drivers.sql": "",
      "notes.txt": "",
    });
    const args = { databaseName: "Fleet-1", productionCapacity: 0.7, migrations: bad };
    expect((await refusalOf(() => database(args))).mistakes).to.deep.equal([
      'databaseName is "Fleet-1"; use at most 31 lower-case letters, digits and _, a letter first',
      "productionCapacity is 0.7; give 1 to 256, in steps of a half",
      "migrations holds 0003-drivers.sql where 0002 is next",
      "migrations holds notes.txt; name files like 0003-trucks.sql",
      "migrations holds 0001-trucks.sql: COMMIT is not allowed: every migration is one transaction already",
    ]);
    const nowhere = await refusalOf(() => database({ migrations: "nowhere" }));
    expect(nowhere.mistakes).to.deep.equal(['migrations is "nowhere"; there is no such folder']);
  });
});
