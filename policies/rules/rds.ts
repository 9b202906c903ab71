/** Amazon Aurora clusters and what belongs to them. */
import { ALWAYS, PRODUCTION, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { type Subject, valueAt } from "../stack.ts";
import { CLUSTER, LOG_GROUP } from "./types.ts";

const INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const PARAMETERS = "aws:rds/clusterParameterGroup:ClusterParameterGroup";

const WELL_KNOWN_PORTS = [3306, 5432];
const WELL_KNOWN_USERS = ["admin", "administrator", "awsuser", "postgres", "root"];
const LOG = "postgresql";

/** In days. */
const SHORTEST_BACKUP = 14;

/** The least that does not pause. */
const LEAST_AWAKE_UNITS = 0.5;

const access: readonly Rule[] = [
  resourceRule(
    {
      id: "rds-master-password",
      what: "RDS makes the master user's password, keeps and rotates it.",
      why: "A password in the program is in the state and in somebody's clipboard, and never changes.",
      remedy: "Set manageMasterUserPassword and no masterPassword.",
      ...ALWAYS,
      types: [CLUSTER],
    },
    (cluster) => [
      ...unless(cluster.at("manageMasterUserPassword") === true, "has a master password that nobody rotates"),
      ...unless(
        ["masterPassword", "masterPasswordWo"].every((name) => (cluster.at(name) ?? "") === ""),
        "gets its master password from the program",
      ),
    ],
  ),
  resourceRule(
    {
      id: "rds-iam-authentication",
      what: "People and programs can sign in to a cluster by IAM.",
      why: "Otherwise an emergency needs the master user's password.",
      remedy: "Set iamDatabaseAuthenticationEnabled.",
      origin: "RDS6, RDS.12, CKV_AWS_162",
      ...ALWAYS,
      types: [CLUSTER],
    },
    (cluster) => unless(cluster.at("iamDatabaseAuthenticationEnabled") === true, "knows passwords only"),
  ),
  resourceRule(
    {
      id: "rds-data-api",
      what: "Functions reach a cluster by the Data API.",
      why: "Else they must be in its network, which then needs doors, endpoints and a pool of connections.",
      remedy: "Set enableHttpEndpoint.",
      ...ALWAYS,
      types: [CLUSTER],
    },
    (cluster) => unless(cluster.at("enableHttpEndpoint") === true, "has no Data API"),
  ),
  resourceRule(
    {
      id: "rds-private",
      what: "An instance has no public address.",
      why: "Only a password would be between the internet and the data.",
      remedy: "Set publiclyAccessible false.",
      origin: "RDS8, RDS.2, CKV_AWS_17",
      ...ALWAYS,
      types: [INSTANCE],
    },
    (instance) => unless(instance.at("publiclyAccessible") !== true, "has a public address"),
  ),
  resourceRule(
    {
      id: "rds-unusual-names",
      what: "Port and master user of a cluster are not the usual ones.",
      why: "They are what scanners and leaked lists try first.",
      remedy: `Set port other than ${WELL_KNOWN_PORTS.join(", ")} and masterUsername other than ${WELL_KNOWN_USERS.join(", ")}.`,
      origin: "RDS11, RDS.23, RDS.24",
      ...ALWAYS,
      types: [CLUSTER],
    },
    (cluster) => [
      ...unless(!WELL_KNOWN_PORTS.includes(cluster.number("port", 5432)), "listens on a usual port"),
      ...unless(
        !WELL_KNOWN_USERS.includes(cluster.text("masterUsername").toLowerCase()),
        "has a usual master user",
      ),
    ],
  ),
  stackRule(
    {
      id: "rds-tls",
      what: "A cluster takes connections over TLS only.",
      why: "PostgreSQL lets the client choose.",
      remedy: "Give it a ClusterParameterGroup with rds.force_ssl 1.",
      origin: "CKV2_AWS_69",
      ...ALWAYS,
      types: [CLUSTER],
      reads: [PARAMETERS],
    },
    (cluster, stack) =>
      unless(
        stack
          .targets(cluster, "dbClusterParameterGroupName", PARAMETERS)
          .some((group) => parameter(group, "rds.force_ssl") === 1),
        "takes plain connections",
      ),
  ),
];

const safety: readonly Rule[] = [
  resourceRule(
    {
      id: "rds-encrypted",
      what: "A cluster and its backups are encrypted.",
      why: "It cannot be switched on later without moving all data.",
      remedy: "Set storageEncrypted.",
      origin: "RDS2, RDS.27, CKV_AWS_96",
      ...ALWAYS,
      types: [CLUSTER],
    },
    (cluster) => unless(cluster.at("storageEncrypted") === true, "is not encrypted"),
  ),
  resourceRule(
    {
      id: "rds-deletion-protection",
      what: "RDS itself refuses to delete a cluster, and takes a last snapshot of one that may go.",
      why: "Pulumi's protection does not stop a hand in the console.",
      remedy: "Set deletionProtection, skipFinalSnapshot false and finalSnapshotIdentifier.",
      origin: "RDS10, RDS.7, CKV_AWS_139",
      ...PRODUCTION,
      types: [CLUSTER],
    },
    (cluster) => [
      ...unless(cluster.at("deletionProtection") === true, "can be deleted"),
      ...unless(
        cluster.at("skipFinalSnapshot") !== true && cluster.text("finalSnapshotIdentifier") !== "",
        "leaves no snapshot behind",
      ),
    ],
  ),
  resourceRule(
    {
      id: "rds-backups",
      what: `A cluster can be brought back to any moment of the last ${SHORTEST_BACKUP} days, even after it was deleted.`,
      why: "A mistake is often found a week later; the default is one day.",
      remedy: `Set backupRetentionPeriod to ${SHORTEST_BACKUP} or more and deleteAutomatedBackups false.`,
      origin: "RDS13, CKV_AWS_133",
      ...PRODUCTION,
      types: [CLUSTER],
    },
    (cluster) => [
      ...unless(
        cluster.number("backupRetentionPeriod", 1) >= SHORTEST_BACKUP,
        `keeps backups for ${cluster.number("backupRetentionPeriod", 1)} days`,
      ),
      ...unless(cluster.at("deleteAutomatedBackups") === false, "loses its backups when it is deleted"),
    ],
  ),
  resourceRule(
    {
      id: "rds-snapshot-tags",
      what: "Snapshots have the tags of what they are of.",
      why: "Nobody knows whose they are, and they are never removed.",
      remedy: "Set copyTagsToSnapshot.",
      origin: "RDS.16, CKV_AWS_313",
      ...ALWAYS,
      types: [CLUSTER],
    },
    (cluster) => unless(cluster.at("copyTagsToSnapshot") === true, "has snapshots without tags"),
  ),
  resourceRule(
    {
      id: "rds-minor-upgrades",
      what: "An instance gets the minor versions of its engine by itself.",
      why: "They hold the security patches.",
      remedy: "Set autoMinorVersionUpgrade.",
      origin: "RDS.35, CKV_AWS_226",
      ...ALWAYS,
      types: [INSTANCE],
    },
    (instance) => unless(instance.at("autoMinorVersionUpgrade") === true, "is not patched"),
  ),
  stackRule(
    {
      id: "rds-two-zones",
      what: "A cluster has two instances, which Aurora puts into two zones.",
      why: "When its zone fails, one instance is away for up to ten minutes; a second takes over within one.",
      remedy: "Add a second ClusterInstance; it costs as much as the first.",
      origin: "RDS.15, CKV2_AWS_8",
      ...PRODUCTION,
      types: [CLUSTER],
      reads: [INSTANCE],
    },
    (cluster, stack) =>
      unless(
        stack.referring(cluster, INSTANCE, "clusterIdentifier").length >= 2,
        "has less than two instances",
      ),
  ),
  stackRule(
    {
      id: "rds-logs",
      what: "A cluster's log with slow statements goes to a log group of the program's.",
      why: "The log on the instance is gone after three days; a group that RDS makes never expires.",
      remedy:
        'Set enabledCloudwatchLogsExports ["postgresql"], log_min_duration_statement in the parameter group, and make the log group /aws/rds/cluster/<cluster>/postgresql.',
      origin: "RDS.37, CKV_AWS_324, CKV2_AWS_27",
      ...PRODUCTION,
      types: [CLUSTER],
      reads: [LOG_GROUP, PARAMETERS],
    },
    (cluster, stack) => {
      const group = `/aws/rds/cluster/${cluster.text("clusterIdentifier")}/${LOG}`;
      return [
        ...unless(
          cluster.list("enabledCloudwatchLogsExports").includes(LOG) &&
            stack.of(LOG_GROUP).some((candidate) => candidate.text("name") === group),
          "has no log, or one that never expires",
        ),
        ...unless(
          stack
            .targets(cluster, "dbClusterParameterGroupName", PARAMETERS)
            .some((parameters) => parameter(parameters, "log_min_duration_statement") >= 0),
          "does not log slow statements",
        ),
      ];
    },
  ),
];

const capacity: readonly Rule[] = [
  resourceRule(
    {
      id: "rds-scaling",
      what: "A cluster scales between two bounds, and one that may pause says when.",
      why: "The upper bound is the price of a mistake; the default pause comes too early for some and too late for others.",
      remedy:
        "Set engineMode provisioned and serverlessv2ScalingConfiguration with minCapacity, maxCapacity and, when that is from 0, secondsUntilAutoPause.",
      ...ALWAYS,
      types: [CLUSTER],
    },
    (cluster) => {
      const bound = (name: string) => cluster.number(`serverlessv2ScalingConfiguration.${name}`);
      const [least, most] = [bound("minCapacity"), bound("maxCapacity")];
      return [
        ...unless(
          cluster.text("engineMode") === "provisioned" && least <= most && most > 0,
          "does not scale within bounds",
        ),
        ...unless(least > 0 || bound("secondsUntilAutoPause") >= 300, "pauses at a time that nobody chose"),
      ];
    },
  ),
  resourceRule(
    {
      id: "rds-serverless",
      what: "Instances have the capacity that is needed at the moment.",
      why: "One of a size costs the same at night.",
      remedy: "Set instanceClass db.serverless.",
      ...ALWAYS,
      types: [INSTANCE],
    },
    (instance) => unless(instance.text("instanceClass") === "db.serverless", "has a fixed size"),
  ),
  resourceRule(
    {
      id: "rds-awake",
      what: "A cluster does not pause.",
      why: "The first caller after a pause waits for 15 seconds or more, longer than a function may take.",
      remedy: `Set serverlessv2ScalingConfiguration.minCapacity to ${LEAST_AWAKE_UNITS} or more; it costs from $50 a month and instance.`,
      ...PRODUCTION,
      types: [CLUSTER],
    },
    (cluster) =>
      unless(
        cluster.number("serverlessv2ScalingConfiguration.minCapacity", 0) >= LEAST_AWAKE_UNITS,
        "pauses",
      ),
  ),
];

/** A parameter's number, which providers hand over as text. */
function parameter(group: Subject, name: string): number {
  const found = group.list("parameters").find((entry) => valueAt(entry, "name") === name);
  return Number(valueAt(found, "value"));
}

export const rds: readonly Rule[] = [...access, ...safety, ...capacity];
