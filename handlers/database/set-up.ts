/** Prepares a database, as part of the deployment: users, the application's password, migrations. */
import { migrations } from "virtual:constants";
import { logger } from "../shared/logger.ts";
import { openAdministration } from "./administration.ts";
import { prepare } from "./prepare.ts";

/** Invoked by the deployment: see `RelationalDatabase`. */
export async function handler(): Promise<{ readonly applied: readonly string[] }> {
  const applied = await prepare(openAdministration(), migrations);
  logger.info("The database is ready", { applied });
  return { applied };
}
