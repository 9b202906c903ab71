import type { ApiLogging } from "../components/api-logging.ts";
import type { StackDefaults } from "../components/base.ts";
import type { Secret } from "../components/secret.ts";

/** What every system of a stack is given. */
export interface SystemArgs<Settings> {
  readonly defaults: StackDefaults;
  readonly settings: Settings;
  /** Origins of the web pages that may call the API from a browser. */
  readonly allowedOrigins: readonly string[];
  readonly logging: ApiLogging;
  /** Signs the cursors of lists. One for all systems, since each secret has a price; a cursor is good for its route alone. */
  readonly cursorKey: Secret;
}
