/**
 * `GET /<entities>`
 *
 * - ENTITY_TABLE: Query on the index byCreation
 * - CURSOR_KEY_SECRET_ARN: GetSecretValue
 */
import { api } from "../shared/api.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { openSecret } from "../shared/secrets.ts";
import { showEntities } from "./operations.ts";

const env = readEnv(["ENTITY_TABLE", "CURSOR_KEY_SECRET_ARN"]);
const table = openTable(env.ENTITY_TABLE);
const cursorKey = openSecret(env.CURSOR_KEY_SECRET_ARN);

export const handler = api((request) => showEntities(request, table, cursorKey));
