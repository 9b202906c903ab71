/**
 * Templates of gateway responses and access logs: variables are put in, and no more than that.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/customize-gateway-responses.html
 */

export type Substitution<Request> = (request: Request) => string;

/** Finds the way to a variable's value; the name is without the dollar sign. */
export type VariableLookUp<Request> = (variable: string) => (request: Request) => unknown;

export interface SubstitutionOptions<Request> {
  readonly variable: VariableLookUp<Request>;
  /** What stands for a variable without a value. */
  readonly missing: string;
  /** Whether values go into JSON strings. They are escaped for them; `messageString` brings its own quotes. */
  readonly json: boolean;
}

const NAME = String.raw`(?:context|stageVariables)(?:\.\w+)+|method\.request\.(?:header|querystring|path)\.[\w-]+`;

/** `$name` or `${name}`. */
const VARIABLE = new RegExp(String.raw`\$(?:\{(${NAME})\}|(${NAME}))`, "g");

/** @param template text with `$context.…`, `$stageVariables.…` and `$method.request.…` */
export function compileSubstitution<Request>(
  template: string,
  options: SubstitutionOptions<Request>,
): Substitution<Request> {
  const parts: (string | Substitution<Request>)[] = [];
  let end = 0;
  for (const match of template.matchAll(VARIABLE)) {
    parts.push(template.slice(end, match.index), compileVariable(match[1] ?? match[2] ?? "", options));
    end = match.index + match[0].length;
  }
  parts.push(template.slice(end));
  return (request) => {
    let text = "";
    for (const part of parts) text += typeof part === "string" ? part : part(request);
    return text;
  };
}

function compileVariable<Request>(
  name: string,
  { missing, json, variable }: SubstitutionOptions<Request>,
): Substitution<Request> {
  const isQuoted = name === "context.error.messageString";
  const lookUp = variable(name);
  return (request) => {
    const value = lookUp(request);
    if (value === undefined) return missing;
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    return json && !isQuoted ? JSON.stringify(text).slice(1, -1) : text;
  };
}
