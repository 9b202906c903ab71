import { CLUSTER, LOG_GROUP } from "../../../policies/rules/types.ts";
import type { Mutation } from "./mutation.ts";

const INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const PARAMETERS = "aws:rds/clusterParameterGroup:ClusterParameterGroup";

export const rds: readonly Mutation[] = [
  { rule: "rds-master-password", type: CLUSTER, set: { masterPassword: "hunter2" } },
  { rule: "rds-master-password", type: CLUSTER, set: { manageMasterUserPassword: undefined } },
  { rule: "rds-iam-authentication", type: CLUSTER, set: { iamDatabaseAuthenticationEnabled: false } },
  { rule: "rds-data-api", type: CLUSTER, set: { enableHttpEndpoint: undefined } },
  { rule: "rds-private", type: INSTANCE, set: { publiclyAccessible: true } },
  { rule: "rds-unusual-names", type: CLUSTER, set: { port: undefined } },
  { rule: "rds-unusual-names", type: CLUSTER, set: { masterUsername: "Postgres" } },
  { rule: "rds-tls", type: PARAMETERS, set: { "parameters.0.value": "0" } },
  { rule: "rds-encrypted", type: CLUSTER, set: { storageEncrypted: false } },
  { rule: "rds-deletion-protection", type: CLUSTER, set: { skipFinalSnapshot: true } },
  { rule: "rds-deletion-protection", type: CLUSTER, set: { finalSnapshotIdentifier: undefined } },
  { rule: "rds-deletion-protection", type: CLUSTER, set: { deletionProtection: undefined } },
  { rule: "rds-backups", type: CLUSTER, set: { backupRetentionPeriod: 7 } },
  { rule: "rds-backups", type: CLUSTER, set: { deleteAutomatedBackups: undefined } },
  { rule: "rds-snapshot-tags", type: CLUSTER, set: { copyTagsToSnapshot: false } },
  { rule: "rds-minor-upgrades", type: INSTANCE, set: { autoMinorVersionUpgrade: false } },
  { rule: "rds-two-zones", type: INSTANCE, remove: true },
  { rule: "rds-logs", type: PARAMETERS, set: { "parameters.1.value": "-1" } },
  { rule: "rds-logs", type: CLUSTER, set: { enabledCloudwatchLogsExports: [] } },
  { rule: "rds-logs", type: LOG_GROUP, name: "fleet-logs", remove: true },
  { rule: "rds-scaling", type: CLUSTER, set: { "serverlessv2ScalingConfiguration.maxCapacity": undefined } },
  { rule: "rds-scaling", type: CLUSTER, set: { engineMode: "serverless" } },
  { rule: "rds-serverless", type: INSTANCE, set: { instanceClass: "db.r8g.large" } },
  {
    rule: "rds-awake",
    type: CLUSTER,
    set: {
      "serverlessv2ScalingConfiguration.minCapacity": 0,
      "serverlessv2ScalingConfiguration.secondsUntilAutoPause": 300,
    },
  },
];
