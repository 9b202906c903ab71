/**
 * `POST /<entities>`
 *
 * - ENTITY_TABLE: GetItem, PutItem
 */
import { entitySchema } from "virtual:schemas";
import { api } from "../shared/api.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { createEntity } from "./operations.ts";

const env = readEnv(["ENTITY_TABLE"]);
const table = openTable(env.ENTITY_TABLE);

export const handler = api((request) => createEntity(request, table, entitySchema));
