/**
 * `GET /<entities>/{id}`
 *
 * - ENTITY_TABLE: GetItem
 */
import { api } from "../shared/api.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { showEntity } from "./operations.ts";

const env = readEnv(["ENTITY_TABLE"]);
const table = openTable(env.ENTITY_TABLE);

export const handler = api((request) => showEntity(request, table));
