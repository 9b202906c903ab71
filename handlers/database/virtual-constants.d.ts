/** What `RelationalDatabase` puts in when it bundles these handlers: see `constants` of AlarmedFunction. */
declare module "virtual:constants" {
  export const migrations: readonly import("./migrate.ts").Migration[];
}
