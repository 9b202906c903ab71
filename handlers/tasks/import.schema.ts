import * as z from "zod";
import { MAX_IMPORT_BYTES } from "./limits.ts";

/** The body of `POST /imports`. */
export const startImportSchema = z.strictObject({
  fileName: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^/\\]+\.[cC][sS][vV]$/, "must be the name of a .csv file, without directories")
    .meta({ examples: ["tasks.csv"] }),
  size: z.int().min(1).max(MAX_IMPORT_BYTES),
});
