import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StackDefaults } from "./base.ts";
import type { DatabaseNetwork } from "./database-network.ts";

/** What a cluster is made of. */
export interface ClusterArgs {
  readonly defaults: StackDefaults;
  readonly network: DatabaseNetwork;
  readonly databaseName: string;
  readonly productionCapacity: number;
}

type Parent = { readonly parent: pulumi.Resource };

/**
 * Minor versions are AWS's business (`autoMinorVersionUpgrade`); a major one is a decision:
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/aurorapostgresql-release-calendar.html
 */
const MAJOR_VERSION = "17";

/** Not the one that everybody tries first. */
export const PORT = 5433;

/** Statements that take longer are logged, in milliseconds. */
const SLOW = 1_000;

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html */
const DEVELOPMENT_SCALING = Object.freeze({ minCapacity: 0, maxCapacity: 1, secondsUntilAutoPause: 300 });
const PRODUCTION_MINIMUM = 0.5;

const BACKUP_DAYS = Object.freeze({ development: 1, production: 14 });

/** Aurora PostgreSQL Serverless v2 as the rules of production want it. */
export function createCluster(name: string, args: ClusterArgs, parent: Parent): aws.rds.Cluster {
  const { production } = args.defaults;
  const identifier = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`.toLowerCase();
  const group = new aws.rds.ClusterParameterGroup(
    `${name}-parameters`,
    {
      family: `aurora-postgresql${MAJOR_VERSION}`,
      description: `How ${name} runs PostgreSQL.`,
      parameters: [
        { name: "rds.force_ssl", value: "1" },
        { name: "log_min_duration_statement", value: String(SLOW) },
      ],
    },
    parent,
  );
  return new aws.rds.Cluster(
    `${name}-cluster`,
    {
      clusterIdentifier: identifier,
      engine: "aurora-postgresql",
      engineMode: "provisioned",
      engineVersion: MAJOR_VERSION,
      databaseName: args.databaseName,
      masterUsername: `${args.databaseName}_owner`,
      manageMasterUserPassword: true,
      iamDatabaseAuthenticationEnabled: true,
      enableHttpEndpoint: true,
      port: PORT,
      storageEncrypted: true,
      dbClusterParameterGroupName: group.name,
      serverlessv2ScalingConfiguration: production
        ? { minCapacity: PRODUCTION_MINIMUM, maxCapacity: args.productionCapacity }
        : DEVELOPMENT_SCALING,
      backupRetentionPeriod: production ? BACKUP_DAYS.production : BACKUP_DAYS.development,
      copyTagsToSnapshot: true,
      deletionProtection: production,
      skipFinalSnapshot: !production,
      ...(production && { finalSnapshotIdentifier: `${identifier}-final`, deleteAutomatedBackups: false }),
      enabledCloudwatchLogsExports: production ? ["postgresql"] : [],
      applyImmediately: !production,
      ...createPlace(name, args.network, parent),
    },
    {
      ...parent,
      protect: production,
      dependsOn: production ? [createLogs(name, identifier, args, parent)] : [],
    },
  );
}

/** One instance; in production a second one, in another zone, that takes over when the first is lost. */
export function createInstances(
  name: string,
  cluster: aws.rds.Cluster,
  { defaults: { production } }: ClusterArgs,
  parent: Parent,
): aws.rds.ClusterInstance[] {
  const roles = production ? ["writer", "reader"] : ["writer"];
  return roles.map(
    (role) =>
      new aws.rds.ClusterInstance(
        `${name}-${role}`,
        {
          clusterIdentifier: cluster.id,
          engine: "aurora-postgresql",
          instanceClass: "db.serverless",
          publiclyAccessible: false,
          autoMinorVersionUpgrade: true,
          copyTagsToSnapshot: true,
          // Of the first tier: it has the capacity of the writer whose place it may have to take.
          promotionTier: 0,
          applyImmediately: !production,
        },
        { ...parent, protect: production },
      ),
  );
}

/** Subnets, and a security group that lets nothing in and nothing out: the Data API comes another way. */
function createPlace(
  name: string,
  { vpcId, subnetIds }: DatabaseNetwork,
  parent: Parent,
): Pick<aws.rds.ClusterArgs, "dbSubnetGroupName" | "vpcSecurityGroupIds"> {
  const subnets = new aws.rds.SubnetGroup(
    `${name}-subnets`,
    { subnetIds, description: `Where ${name} is.` },
    parent,
  );
  const closed = new aws.ec2.SecurityGroup(
    `${name}-group`,
    { vpcId, description: "Nothing comes in, nothing goes out.", ingress: [], egress: [] },
    parent,
  );
  return { dbSubnetGroupName: subnets.name, vpcSecurityGroupIds: [closed.id] };
}

/** Made before RDS would make it, which would keep logs for ever. */
function createLogs(
  name: string,
  identifier: string,
  { defaults }: ClusterArgs,
  parent: Parent,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    `${name}-logs`,
    { name: `/aws/rds/cluster/${identifier}/postgresql`, retentionInDays: defaults.logRetentionDays },
    parent,
  );
}
