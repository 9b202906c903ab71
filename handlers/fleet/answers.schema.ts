/** What the operations answer, for the published document and for types. Handlers do not check their own answers. */
import * as z from "zod";
import { driverSchema } from "./driver.schema.ts";
import { truckSchema } from "./truck.schema.ts";

const nextCursor = z.string().optional();
const own = {
  id: z.uuid(),
  version: z.int().describe("Counts the changes; the ETag."),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};

export const healthSchema = z
  .object({ status: z.literal("ok"), database: z.literal("reachable"), version: z.string() })
  .meta({ id: "Health" });

export const truckAnswerSchema = truckSchema.required().extend(own).meta({ id: "Truck" });
export const truckListSchema = z
  .object({ items: z.array(truckAnswerSchema), nextCursor })
  .meta({ id: "TruckList" });

export const driverAnswerSchema = driverSchema.required({ status: true }).extend(own).meta({ id: "Driver" });
export const driverListSchema = z
  .object({ items: z.array(driverAnswerSchema), nextCursor })
  .meta({ id: "DriverList" });
