/** A small program with users and two APIs that know them, made of this repository's components, in a folder of its own. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const own = (path: string): string => JSON.stringify(resolve(path));

const FILES: Readonly<Record<string, string>> = {
  "Pulumi.yaml":
    "name: identity\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
  "Pulumi.dev.yaml": "config: { aws:region: eu-west-1 }\n",
  "package.json": '{ "name": "identity", "type": "module" }\n',
  "local-cloud.yaml": `
users:
  client: { pool: users-pool, group: clients, username: client@example.com }
  employee: { pool: users-pool, group: employees, username: employee@example.com }
`,
  "index.ts": `
    import { AlarmedFunction } from ${own("components/alarmed-function.ts")};
    import { RestApi } from ${own("components/rest-api.ts")};
    import { UserDirectory } from ${own("components/user-directory.ts")};
    const defaults = { production: false, logRetentionDays: 7, alarms: "essential" as const };
    const directory = new UserDirectory("users", {
      defaults,
      groups: { employees: { description: "Staff." }, clients: { description: "Who signed up." } },
      selfSignUp: "clients",
    });
    const handler = new AlarmedFunction("who", { defaults, description: "Tells who calls.", entry: "who.ts" });
    const employees = ["employees"];
    const routes = {
      "GET /me": { handler, summary: "Tells who calls." },
      "GET /orders/{id}": { handler, summary: "Reads." },
      "DELETE /orders/{id}": { handler, groups: employees, summary: "Deletes." },
      "GET /orders/{id}/notes": { handler, groups: employees, summary: "Reads notes." },
      "GET /health": { handler, public: true, summary: "Says that it is there." },
    };
    const apiOf = (name: string, cacheSeconds: number) =>
      new RestApi(name, {
        defaults,
        description: "Orders.",
        routes,
        authorizer: { directory, groups: ["clients", "employees"], cacheSeconds },
        throttle: { ratePerSecond: 1000, burst: 1000 },
      });
    export const apiUrl = apiOf("orders-api", 0).url;
    export const cachedApiUrl = apiOf("cached-api", 300).url;
    export const userPoolId = directory.userPool.id;
    export const userPoolClientId = directory.client.id;
    export const issuer = directory.issuer;
  `,
  "who.ts": `
    import { api } from ${own("handlers/shared/api.ts")};
    export const handler = api(({ user, caller }) => ({ status: 200, body: { user, caller } }));
  `,
};

export interface IdentityProgram {
  readonly folder: string;
  /** Removes the folder. */
  end(): void;
}

export function identityProgram(): IdentityProgram {
  const folder = mkdtempSync(join(tmpdir(), "identity-program-"));
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(folder, path), text);
  for (const name of ["node_modules", "handlers"]) symlinkSync(resolve(name), join(folder, name));
  return { folder, end: () => rmSync(folder, { recursive: true, force: true }) };
}
