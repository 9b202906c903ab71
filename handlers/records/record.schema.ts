import * as z from "zod";

/** What clients decide about a record. */
export const recordSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/\S/, "must not be blank")
    .meta({ examples: ["first"] }),
  data: z.looseObject({}).optional().describe("Whatever the client keeps with it."),
});
