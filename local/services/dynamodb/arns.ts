/**
 * DynamoDB Local has a region and stream labels of its own. Here its ARNs are turned into those that the program knows,
 * and back.
 */
import type { World } from "../../core/service.ts";

const LOCAL_PREFIX = "arn:aws:dynamodb:ddblocal:000000000000:table/";

export class Arns {
  readonly #prefix: string;
  /** Both ways: DynamoDB Local's stream ARN and the program's. */
  readonly #toProgram = new Map<string, string>();
  readonly #toLocal = new Map<string, string>();

  constructor(world: World) {
    this.#prefix = `arn:aws:dynamodb:${world.region}:${world.account}:table/`;
  }

  tableArn(tableName: string): string {
    return `${this.#prefix}${tableName}`;
  }

  /** Notes which of DynamoDB Local's streams is the one that the program knows as `streamArn`. */
  addStream(localArn: string, streamArn: string): void {
    this.#toProgram.set(localArn, streamArn);
    this.#toLocal.set(streamArn, localArn);
  }

  removeStream(streamArn: string): void {
    this.#toProgram.delete(this.#toLocal.get(streamArn) ?? "");
    this.#toLocal.delete(streamArn);
  }

  localStream(streamArn: string): string {
    return this.#toLocal.get(streamArn) ?? streamArn.replace(this.#prefix, LOCAL_PREFIX);
  }

  programStream(localArn: string): string {
    return this.#toProgram.get(localArn) ?? localArn.replace(LOCAL_PREFIX, this.#prefix);
  }

  /** An answer about tables or streams with all ARNs, labels and regions as the program knows them. */
  toProgram(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.toProgram(entry));
    if (typeof value === "string") return isLocalArn(value) ? this.programStream(value) : value;
    if (typeof value !== "object" || value === null) return value;
    const changed = Object.fromEntries(
      Object.entries(value).map(([name, entry]) => [name, this.toProgram(entry)]),
    );
    for (const prefix of ["", "Latest"]) {
      const streamArn = changed[`${prefix}StreamArn`];
      if (typeof streamArn === "string") changed[`${prefix}StreamLabel`] = labelOf(streamArn);
    }
    return changed;
  }
}

/** The label at the end of a stream's ARN. */
export function labelOf(streamArn: string): string {
  return streamArn.slice(streamArn.lastIndexOf("/") + 1);
}

/** The table that a table name, or the ARN of a table, index or stream, is of. */
export function tableNameOf(nameOrArn: string): string {
  return /^arn:[^/]*:table\/([^/]+)/.exec(nameOrArn)?.[1] ?? nameOrArn;
}

/** Shard iterators begin with an ARN too, but must come back as they are. */
function isLocalArn(text: string): boolean {
  return text.startsWith(LOCAL_PREFIX) && !text.includes("|");
}
