/** The constraints of the API's input shapes, and the error that names all that are not kept. */
import { AwsError } from "../../core/errors.ts";

interface Limits {
  readonly required?: boolean;
  /** Text: its length. Number: its value. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly values?: readonly string[];
}

export const NAME: Limits = { required: true, min: 1, max: 64, pattern: "[0-9a-zA-Z-_.]+" };

export class Constraints {
  readonly #broken: string[] = [];

  /** @param path of the member, such as `target.arn` */
  check(path: string, value: unknown, limits: Limits): void {
    const complain = (reason: string): void => {
      const shown = value === undefined || value === null ? "null" : `'${String(value)}'`;
      this.#broken.push(`Value ${shown} at '${path}' failed to satisfy constraint: ${reason}`);
    };
    if (value === undefined || value === null) {
      if (limits.required) complain("Member must not be null");
      return;
    }
    const { min = 0, max = Number.POSITIVE_INFINITY, pattern, values } = limits;
    const isNumber = typeof value === "number";
    const size = isNumber ? value : String(value).length;
    const kind = isNumber ? "value" : "length";
    if (size < min) complain(`Member must have ${kind} greater than or equal to ${min}`);
    if (size > max) complain(`Member must have ${kind} less than or equal to ${max}`);
    if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(String(value)))
      complain(`Member must satisfy regular expression pattern: ${pattern}`);
    if (values && !values.includes(String(value)))
      complain(`Member must satisfy enum value set: [${values.join(", ")}]`);
  }

  /** @throws AwsError ValidationException when something is not as it must be */
  finish(): void {
    const count = this.#broken.length;
    if (count === 0) return;
    const errors = count === 1 ? "error" : "errors";
    throw invalid(`${count} validation ${errors} detected: ${this.#broken.join("; ")}`);
  }
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
