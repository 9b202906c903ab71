/** What rules see of a stack: the same, whether it was evaluated offline or comes from Pulumi's engine. */

/** A resource as rules see it. */
export interface SubjectData {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: { readonly [name: string]: unknown };
  readonly protect: boolean;
  /** URNs of the resources that each property was made of. */
  readonly propertyDependencies: { readonly [property: string]: readonly string[] };
}

/** A resource and how to read it. Paths are names with dots: `rules.0.status`. */
export class Subject {
  readonly data: SubjectData;

  constructor(data: SubjectData) {
    this.data = data;
  }

  get type(): string {
    return this.data.type;
  }

  get name(): string {
    return this.data.name;
  }

  get urn(): string {
    return this.data.urn;
  }

  at(path: string): unknown {
    return valueAt(this.data.props, path);
  }

  /** The text at a path; empty when there is none. */
  text(path: string): string {
    return textOf(this.at(path));
  }

  /** The number at a path, or what stands for an absent one. */
  number(path: string, absent = Number.NaN): number {
    const value = this.at(path);
    return typeof value === "number" ? value : absent;
  }

  list(path: string): readonly unknown[] {
    return listOf(this.at(path));
  }

  /** The JSON document at a path; undefined when there is none. */
  json(path: string): unknown {
    const text = this.text(path);
    if (text === "") return undefined;
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }
}

/** All resources of a stack. */
export class Stack {
  readonly #byType = new Map<string, Subject[]>();
  readonly #byUrn = new Map<string, Subject>();
  readonly #references = new Map<string, Map<Subject, Subject[]>>();

  constructor(resources: Iterable<SubjectData>) {
    for (const data of resources) {
      const subject = new Subject(data);
      const list = this.#byType.get(data.type);
      if (list) list.push(subject);
      else this.#byType.set(data.type, [subject]);
      this.#byUrn.set(data.urn, subject);
    }
  }

  types(): Iterable<string> {
    return this.#byType.keys();
  }

  of(type: string): readonly Subject[] {
    return this.#byType.get(type) ?? [];
  }

  /**
   * The resources of a type that a property refers to: those it was made of, as the engine knows even when values are not
   * known yet, or else the one whose ARN, id, name or URL it holds.
   */
  targets(subject: Subject, property: string, type: string): readonly Subject[] {
    const dependencies = subject.data.propertyDependencies[property] ?? [];
    const known = dependencies
      .flatMap((urn) => this.#byUrn.get(urn) ?? [])
      .filter((target) => target.type === type);
    if (known.length > 0) return known;
    const value = subject.text(property);
    return value === ""
      ? []
      : this.of(type).filter((target) => IDENTIFIERS.some((key) => target.text(key) === value));
  }

  /** The resources of a type whose property refers to the subject. */
  referring(subject: Subject, type: string, property: string): readonly Subject[] {
    const key = `${type} ${property} ${subject.type}`;
    let index = this.#references.get(key);
    if (!index) {
      index = new Map();
      for (const source of this.of(type)) {
        for (const target of this.targets(source, property, subject.type)) {
          const sources = index.get(target);
          if (sources) sources.push(source);
          else index.set(target, [source]);
        }
      }
      this.#references.set(key, index);
    }
    return index.get(subject) ?? [];
  }
}

const IDENTIFIERS = ["arn", "id", "name", "url", "bucket", "clusterIdentifier"];

/** The value at a path of names with dots. */
export function valueAt(value: unknown, path: string): unknown {
  let current = value;
  for (const name of path.split(".")) {
    if (!isRecord(current)) return undefined;
    current = current[name];
  }
  return current;
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A list; of a single value, as AWS documents write it, a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
