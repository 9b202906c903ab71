/** The routes of the fleet's web application. */
import { Hono } from "hono/tiny";
import type { Database } from "../shared/database.ts";
import { forbidden, methodNotAllowed, toResponse, unavailable } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import type { Secret } from "../shared/secrets.ts";
import type { WebEnvironment } from "../shared/web-application.ts";
import { operation } from "../shared/web-application.ts";
import type { Collection, Row } from "./collection.ts";
import { create, list, remove, show, update } from "./collection.ts";
import { drivers } from "./drivers.ts";
import { trucks } from "./trucks.ts";

export interface Resources {
  readonly database: Database;
  readonly cursorKey: Secret;
  /** Of the code that runs, for `/health`. */
  readonly version: string;
}

/** Who administers the fleet. */
const EMPLOYEES = "employees";

export function fleetApplication(resources: Resources): Hono<WebEnvironment> {
  const app = new Hono<WebEnvironment>();
  app.get(
    "/health",
    operation((request) => health(request, resources)),
  );
  app.all("/health", operation(refuse("GET")));
  app.use(async (c, next) => {
    if (!c.env.request.user?.groups.includes(EMPLOYEES)) throw forbidden("This is for employees only.");
    await next();
  });
  serve(app, trucks, resources);
  serve(app, drivers, resources);
  return app;
}

/** The five operations of a collection; 405 for other methods. */
function serve<Fields, Kept extends Row>(
  app: Hono<WebEnvironment>,
  collection: Collection<Fields, Kept>,
  { database, cursorKey }: Resources,
): void {
  const { path } = collection;
  app.get(
    path,
    operation((request) => list(collection, request, database, cursorKey)),
  );
  app.post(
    path,
    operation((request) => create(collection, request, database)),
  );
  app.all(path, operation(refuse("GET", "POST")));
  const item = `${path}/:id`;
  app.get(
    item,
    operation((request) => show(collection, request, database)),
  );
  app.put(
    item,
    operation((request) => update(collection, request, database)),
  );
  app.delete(
    item,
    operation((request) => remove(collection, request, database)),
  );
  app.all(item, operation(refuse("GET", "PUT", "DELETE")));
}

function refuse(...allowed: readonly string[]) {
  return (): never => {
    throw methodNotAllowed(allowed);
  };
}

/** Whether the database answers; for everybody, so it says no more than that. */
async function health(request: ApiRequest, { database, version }: Resources): Promise<ApiResponse> {
  try {
    await database.one("SELECT 1 AS alive");
    return { status: 200, body: { status: "ok", database: "reachable", version } };
  } catch (error) {
    toResponse(error, request.id);
    throw unavailable("The database cannot be reached. It may be resuming from a pause; try again shortly.");
  }
}
