/** The parameters themselves: in memory, and in a file of the data folder when the cloud is durable. */
import type { Clock } from "../../core/clock.ts";
import { AwsError } from "../../core/errors.ts";
import { JsonFile } from "../../core/json-file.ts";

export interface ParameterSettings {
  readonly value: string;
  readonly type: string;
  readonly description?: string;
  readonly keyId?: string;
  readonly allowedPattern?: string;
  readonly dataType: string;
  /** As asked for; `Intelligent-Tiering` becomes one of the others. */
  readonly tier: string;
}

export interface Parameter extends ParameterSettings {
  readonly arn: string;
  readonly name: string;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
  /** What the program gave last, when the parameter is the program's. */
  readonly declared?: ParameterSettings;
}

const TYPES: readonly string[] = ["String", "StringList", "SecureString"];
/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const MAX_BYTES: Readonly<Record<string, number>> = { Standard: 4_096, Advanced: 8_192 };

export class ParameterStore {
  readonly #parameters = new Map<string, Parameter>();
  readonly #file: JsonFile<readonly Parameter[]>;
  readonly #clock: Clock;

  /** @param file where parameters survive a restart; without it they live in memory only */
  constructor(file: string | undefined, clock: Clock) {
    this.#file = new JsonFile(file, "parameters");
    this.#clock = clock;
    for (const parameter of this.#file.read() ?? []) this.#parameters.set(parameter.name, parameter);
  }

  /** By name. */
  get all(): readonly Parameter[] {
    return [...this.#parameters.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @param id name or ARN */
  find(id: string): Parameter | undefined {
    return id.startsWith("arn:") ? this.all.find(({ arn }) => arn === id) : this.#parameters.get(id);
  }

  /** Makes the parameter, or its next version. A parameter of the program stays one. */
  put(name: string, arn: string, settings: ParameterSettings, declared?: ParameterSettings): Parameter {
    const known = this.#parameters.get(name);
    const checked = { ...settings, tier: tierOf(settings) };
    check(name, checked);
    const origin = declared ?? known?.declared;
    const parameter: Parameter = {
      ...checked,
      arn,
      name,
      version: (known?.version ?? 0) + 1,
      changedAt: this.#clock.now(),
      ...(origin ? { declared: origin } : {}),
    };
    this.#parameters.set(name, parameter);
    this.#save();
    return parameter;
  }

  /** False when there was none. */
  remove(name: string): boolean {
    const removed = this.#parameters.delete(name);
    if (removed) this.#save();
    return removed;
  }

  clear(): void {
    this.#parameters.clear();
    this.#save();
  }

  #save(): void {
    this.#file.write(this.all);
  }
}

function tierOf({ tier, value }: ParameterSettings): string {
  if (tier !== "Intelligent-Tiering") return tier;
  return Buffer.byteLength(value) > (MAX_BYTES.Standard ?? 0) ? "Advanced" : "Standard";
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
function check(name: string, { value, type, tier, allowedPattern }: ParameterSettings): void {
  if (!/^[\w.\-/]+$/.test(name)) {
    throw invalid(`Parameter name ${name} may have letters, digits and the symbols . - _ / only.`);
  }
  if (name.includes("/") && !name.startsWith("/")) {
    throw invalid("Parameter name must be a fully qualified name.");
  }
  if (/^\/?(aws|ssm)/i.test(name)) throw invalid(`Parameter name ${name} can't begin with "aws" or "ssm".`);
  if (!TYPES.includes(type)) {
    throw new AwsError("UnsupportedParameterType", `The parameter type ${type} is not supported.`);
  }
  const largest = MAX_BYTES[tier];
  if (largest === undefined)
    throw invalid(`The tier ${tier} is none of Standard, Advanced, Intelligent-Tiering.`);
  if (value === "") throw invalid("The value of a parameter must have a length of at least 1.");
  if (Buffer.byteLength(value) > largest) {
    throw invalid(`${tier} tier parameters support a maximum parameter value of ${largest} characters.`);
  }
  if (allowedPattern && !patternOf(allowedPattern).test(value)) {
    const message = `Parameter value cannot be validated based on the allowed pattern ${allowedPattern}.`;
    throw new AwsError("ParameterPatternMismatchException", message);
  }
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    const message = `The allowed pattern ${text} is not a regular expression.`;
    throw new AwsError("InvalidAllowedPatternException", message);
  }
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
