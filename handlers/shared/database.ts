/** A relational database as the handlers use it. */
import { connect, type Database, type DatabaseOptions } from "./database-connection.ts";
import { rememberedSettings } from "./database-settings.ts";

export type { Database, DatabaseOptions } from "./database-connection.ts";
export type { Statements } from "./database-statements.ts";

/** @param path that of its parameters, which `RelationalDatabase.link()` puts into the environment */
export function openDatabase(path: string, options?: DatabaseOptions): Database {
  return connect(rememberedSettings(path), options);
}
