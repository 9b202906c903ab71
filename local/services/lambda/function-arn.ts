/** Names of functions: `name`, `name:qualifier`, `account:function:name`, or an ARN with or without a qualifier. */
import { arn } from "../../core/names.ts";
import type { World } from "../../core/service.ts";

export interface FunctionName {
  readonly name: string;
  /** A version or an alias. */
  readonly qualifier?: string;
}

const FORMS = /^(?:(?:arn:aws:lambda:[^:]*:)?\d{12}:function:)?(?<name>[\w-]+)(?::(?<qualifier>[\w$-]+))?$/;

/** Takes a function's name apart; undefined when it has none of the forms. */
export function parseFunctionName(text: string): FunctionName | undefined {
  const { name, qualifier } = FORMS.exec(text)?.groups ?? {};
  if (name === undefined) return undefined;
  return qualifier === undefined ? { name } : { name, qualifier };
}

/** The ARN of what a name means. */
export function functionArn(world: World, { name, qualifier }: FunctionName): string {
  return arn(world, "lambda", `function:${name}${qualifier === undefined ? "" : `:${qualifier}`}`);
}
