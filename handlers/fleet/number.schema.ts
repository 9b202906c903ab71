import * as z from "zod";

/**
 * What people read off a plate or a licence and compare by eye: without control and format characters, which nobody sees, so
 * that two that look the same are the same.
 */
export const numberSchema = z
  .string()
  .min(1)
  .max(50)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, "must not have invisible characters");
