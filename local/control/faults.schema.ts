/** What `POST /_local/faults` takes; the meaning of each member stands in core/faults.ts. */
import * as z from "zod";

const delay = z.strictObject({ action: z.literal("add-delay"), milliseconds: z.int().min(0).max(900_000) });
const preventExecution = z.boolean().optional();
const throttle = z.strictObject({ action: z.literal("throttle") });
const name = z.string().min(1);

const limits = {
  times: z.int().min(1).optional(),
  skip: z.int().min(0).optional(),
  probability: z.number().min(0).max(1).optional(),
  seed: z.int().optional(),
};

/** Targets and their effects, by the member that tells the target. */
export const faultSchemas = {
  function: z.strictObject({
    ...limits,
    target: z.strictObject({ function: name }),
    effect: z.discriminatedUnion("action", [
      delay,
      z.strictObject({ action: z.literal("error"), message: z.string().optional(), preventExecution }),
      z.strictObject({
        action: z.literal("http-integration-response"),
        statusCode: z.int().min(100).max(599),
        contentType: z.string().optional(),
        preventExecution,
      }),
      throttle,
      z.strictObject({ action: z.literal("crash") }),
    ]),
  }),
  call: z.strictObject({
    ...limits,
    target: z.strictObject({
      call: z
        .string()
        .regex(/^(?:\*|[a-z0-9*-]+:[A-Za-z0-9*]+)$/, "must be * or like dynamodb:TransactWriteItems"),
      caller: name.optional(),
      number: z.int().min(1).optional(),
    }),
    effect: z.discriminatedUnion("action", [
      delay,
      z.strictObject({
        action: z.literal("error"),
        code: z
          .string()
          .regex(/^[A-Za-z][A-Za-z0-9.]*$/, "must be an error code such as InternalServerError"),
        message: z.string().optional(),
        status: z.int().min(400).max(599).optional(),
      }),
      throttle,
      z.strictObject({ action: z.literal("lose-reply") }),
      z.strictObject({ action: z.literal("crash-before") }),
      z.strictObject({ action: z.literal("crash-after") }),
    ]),
  }),
  delivery: z.strictObject({
    ...limits,
    target: z.strictObject({
      delivery: z.enum(["dynamodb", "events", "s3", "sns", "sqs"]),
      from: name.optional(),
      to: name.optional(),
    }),
    effect: z.discriminatedUnion("action", [
      delay,
      z.strictObject({ action: z.literal("duplicate"), copies: z.int().min(1).max(100).optional() }),
      z.strictObject({ action: z.literal("reorder") }),
    ]),
  }),
} as const;
