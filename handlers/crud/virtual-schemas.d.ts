/** What `CrudApi` puts in when it bundles these handlers: see `schemas` of AlarmedFunction. */
declare module "virtual:schemas" {
  export const entitySchema: import("../shared/validation.ts").Schema<Readonly<Record<string, unknown>>>;
}
