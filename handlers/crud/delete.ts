/**
 * `DELETE /<entities>/{id}`
 *
 * - ENTITY_TABLE: DeleteItem
 */
import { api } from "../shared/api.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { deleteEntity } from "./operations.ts";

const env = readEnv(["ENTITY_TABLE"]);
const table = openTable(env.ENTITY_TABLE);

export const handler = api((request) => deleteEntity(request, table));
