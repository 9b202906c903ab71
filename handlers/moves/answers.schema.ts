/** What the operations answer, for the published document and for types. Handlers do not check their own answers. */
import * as z from "zod";
import { STATUSES } from "./lifecycle.ts";
import { positionSchema } from "./move.schema.ts";

const id = z.uuid();
const time = z.iso.datetime();
const nextCursor = z.string().optional();

export const moveSchema = z
  .object({
    id,
    origin: z.string(),
    destination: z.string(),
    volumeM3: z.number(),
    date: z.iso.date(),
    status: z.enum(STATUSES),
    truckId: id.optional(),
    plate: z.string().optional().describe("Of the truck."),
    note: z.string().optional().describe("What employees have to see to; clients do not get it."),
    clientId: z.string().optional().describe("Whose move it is; for employees."),
    version: z.int().describe("Counts the changes; the ETag."),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "Move" });

export const moveListSchema = z.object({ items: z.array(moveSchema), nextCursor }).meta({ id: "MoveList" });

export const trackedPositionSchema = z.object(positionSchema.shape).meta({ id: "Position" });

export const positionListSchema = z
  .object({ items: z.array(trackedPositionSchema), nextCursor })
  .meta({ id: "PositionList" });
