import { connect, type Database } from "../shared/database-connection.ts";
import { readEnv } from "../shared/env.ts";
import { type AppSecret, openAppSecret } from "./app-secret.ts";

/** A database, as whoever looks after it sees it. */
export interface Administration {
  /** As the master user. */
  readonly master: Database;
  /** As whoever is named in the application's secret. */
  readonly app: Database;
  readonly secret: AppSecret;
  /** The first of the application's two users. */
  readonly appUser: string;
}

/** As `RelationalDatabase` names them in the environment. */
const VARIABLES = [
  "CLUSTER_ARN",
  "MASTER_SECRET_ARN",
  "APP_SECRET_ARN",
  "DATABASE_NAME",
  "APP_USER",
] as const;

/** A paused cluster resumes within half a minute; a new instance may take longer. */
const PATIENCE = Object.freeze({ waitMilliseconds: 120_000, statementMilliseconds: 50_000 });

/** @throws Error naming the environment variables that are missing */
export function openAdministration(): Administration {
  const env = readEnv(VARIABLES);
  const as = (secretArn: string): Database => {
    const settings = { resourceArn: env.CLUSTER_ARN, database: env.DATABASE_NAME, secretArn };
    const read = async () => settings;
    return connect({ read, refresh: read }, PATIENCE);
  };
  return {
    master: as(env.MASTER_SECRET_ARN),
    app: as(env.APP_SECRET_ARN),
    secret: openAppSecret(env.APP_SECRET_ARN),
    appUser: env.APP_USER,
  };
}
