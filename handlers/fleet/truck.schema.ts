import * as z from "zod";
import { pageQuerySchema } from "../shared/page.schema.ts";
import { numberSchema } from "./number.schema.ts";

const truckStatus = z.enum(["available", "assigned", "maintenance"]);

/** What an employee says about a truck. */
export const truckSchema = z.strictObject({
  /** No two trucks have the same one, in whatever case. */
  plate: numberSchema.meta({ examples: ["1234 BCD"] }),
  capacityM3: z
    .number()
    .gt(0)
    .max(1000)
    .meta({ examples: [30] }),
  /** A new truck is available; later it stays what it is unless something is said. */
  status: truckStatus.optional(),
});

export const truckQuerySchema = pageQuerySchema.extend({ status: truckStatus.optional() });

export type TruckFields = z.infer<typeof truckSchema>;
