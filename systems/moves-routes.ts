/** The HTTP contract of the moves: what each route takes and answers. */
import type { AlarmedFunction } from "../components/alarmed-function.ts";
import { IDEMPOTENCY_KEY, IF_MATCH, PAGES } from "../components/openapi/parameters.ts";
import type { RouteArgs } from "../components/rest-api-arguments.ts";
import {
  moveListSchema,
  moveSchema,
  positionListSchema,
  trackedPositionSchema,
} from "../handlers/moves/answers.schema.ts";
import {
  createMoveSchema,
  listMovesQuerySchema,
  positionSchema,
  requestTruckSchema,
} from "../handlers/moves/move.schema.ts";

/** The functions behind the routes. */
export type MoveOperation =
  | "create"
  | "list"
  | "get"
  | "requestTruck"
  | "complete"
  | "cancel"
  | "addPosition"
  | "listPositions";

const step = { ...IDEMPOTENCY_KEY, ...IF_MATCH };
const wrongStep = { description: "The move's status, which errors[0].code names, does not allow it." };

/** Who may take a move through its steps. */
const EMPLOYEES = ["employees"];

/** All routes, by method and path. */
export function moveRoutes(
  handlers: Readonly<Record<MoveOperation, AlarmedFunction>>,
): Record<string, RouteArgs> {
  return { ...orderRoutes(handlers), ...employeeRoutes(handlers) };
}

function orderRoutes(handlers: Readonly<Record<MoveOperation, AlarmedFunction>>): Record<string, RouteArgs> {
  return {
    "POST /moves": {
      handler: handlers.create,
      summary: "Registers a move.",
      body: createMoveSchema,
      headers: IDEMPOTENCY_KEY,
      responses: { 201: { description: "The move.", schema: moveSchema } },
    },
    "GET /moves": {
      handler: handlers.list,
      summary: "Lists a client's own moves, or all for an employee, newest first.",
      query: {
        ...PAGES,
        status: { description: "Only moves of this status.", schema: listMovesQuerySchema.shape.status },
      },
      responses: { 200: { description: "A page of moves.", schema: moveListSchema } },
    },
    "GET /moves/{id}": {
      handler: handlers.get,
      summary: "Reads a move.",
      responses: { 200: { description: "The move.", schema: moveSchema } },
    },
    "POST /moves/{id}/cancellation": {
      handler: handlers.cancel,
      summary: "Cancels a move that is not on the road yet.",
      headers: step,
      responses: { 200: { description: "The move as it is now.", schema: moveSchema }, 409: wrongStep },
    },
    "GET /moves/{id}/positions": {
      handler: handlers.listPositions,
      summary: "Lists where the truck was, newest first.",
      query: PAGES,
      responses: { 200: { description: "A page of positions.", schema: positionListSchema } },
    },
  };
}

function employeeRoutes(
  handlers: Readonly<Record<MoveOperation, AlarmedFunction>>,
): Record<string, RouteArgs> {
  return {
    "POST /moves/{id}/truck": {
      handler: handlers.requestTruck,
      groups: EMPLOYEES,
      summary: "Asks fleet for a truck, or for a certain one.",
      body: requestTruckSchema,
      headers: step,
      responses: {
        202: { description: "The move; its status tells once a truck is assigned.", schema: moveSchema },
        409: wrongStep,
      },
    },
    "POST /moves/{id}/completion": {
      handler: handlers.complete,
      groups: EMPLOYEES,
      summary: "Notes that a move is done.",
      headers: step,
      responses: { 200: { description: "The move as it is now.", schema: moveSchema }, 409: wrongStep },
    },
    "POST /moves/{id}/positions": {
      handler: handlers.addPosition,
      groups: EMPLOYEES,
      summary: "Reports where the truck of a move is.",
      body: positionSchema,
      responses: { 201: { description: "The position.", schema: trackedPositionSchema }, 409: wrongStep },
    },
  };
}
