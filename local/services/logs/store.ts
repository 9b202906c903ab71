/** The lines of all log groups, in memory. */
import { AwsError } from "../../core/errors.ts";

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly stream: string;
  readonly message: string;
  /** Unique in its group. */
  readonly id: number;
}

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  retentionInDays?: number;
  /** When each stream was created, by its name. */
  readonly streams: Map<string, number>;
}

/** A group keeps this many lines at least, and never more than twice as many. */
const KEPT_LINES = 10_000;

interface Holder {
  readonly group: LogGroup;
  lines: LogLine[];
  nextId: number;
}

export class LogStore {
  readonly #groups = new Map<string, Holder>();
  readonly #arnOf: (group: string) => string;
  readonly #now: () => number;
  readonly #onLine: (message: string) => void;

  /** @param onLine is told every line that is appended */
  constructor(
    arnOf: (group: string) => string,
    now: () => number,
    onLine: (message: string) => void = () => undefined,
  ) {
    this.#arnOf = arnOf;
    this.#now = now;
    this.#onLine = onLine;
  }

  /** All groups, by name. */
  groups(): LogGroup[] {
    const groups = [...this.#groups.values()].map(({ group }) => group);
    return groups.sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  find(name: string): LogGroup | undefined {
    return this.#groups.get(name)?.group;
  }

  /** @throws AwsError ResourceNotFoundException */
  get(name: string): LogGroup {
    const group = this.find(name);
    if (group) return group;
    throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
  }

  /** Makes a group, if it is new. */
  create(name: string): LogGroup {
    return this.#holder(name).group;
  }

  remove(name: string): void {
    this.#groups.delete(name);
  }

  /** Removes all lines and streams. */
  clear(): void {
    for (const holder of this.#groups.values()) {
      holder.lines = [];
      holder.group.streams.clear();
    }
  }

  /** Appends lines; group and stream are made when they are new. */
  append(name: string, stream: string, entries: readonly { timestamp: number; message: string }[]): void {
    const holder = this.#holder(name);
    const ingestionTime = this.#now();
    if (!holder.group.streams.has(stream)) holder.group.streams.set(stream, ingestionTime);
    for (const entry of entries) {
      holder.lines.push({ ...entry, ingestionTime, stream, id: holder.nextId });
      holder.nextId += 1;
      this.#onLine(entry.message);
    }
    if (holder.lines.length > 2 * KEPT_LINES) holder.lines = holder.lines.slice(-KEPT_LINES);
  }

  /** All lines of a group, in the order in which they came; none for a group that is not there. */
  lines(name: string): readonly LogLine[] {
    return this.#groups.get(name)?.lines ?? [];
  }

  #holder(name: string): Holder {
    const known = this.#groups.get(name);
    if (known) return known;
    const group: LogGroup = {
      name,
      arn: this.#arnOf(name),
      createdAt: this.#now(),
      streams: new Map(),
    };
    const holder: Holder = { group, lines: [], nextId: 0 };
    this.#groups.set(name, holder);
    return holder;
  }
}
