/**
 * Archives: the events of a bus that match a pattern, kept for a number of days.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
 */
import { appendFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AwsError } from "../../core/errors.ts";
import { JsonFile } from "../../core/json-file.ts";
import { compilePattern } from "../../core/matcher.ts";
import { arn } from "../../core/names.ts";
import type { Cloud } from "../../core/service.ts";
import type { BusEvent } from "./event.ts";
import { busNameOf } from "./outputs.ts";

export interface ArchiveSettings {
  readonly name: string;
  /** ARN of the bus. */
  readonly source: string;
  readonly description: string | undefined;
  /** JSON text; without it all events are kept. */
  readonly pattern: string | undefined;
  /** 0 keeps events for ever. */
  readonly retentionDays: number;
}

export interface Archive extends ArchiveSettings {
  readonly arn: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** An event and when it came, in milliseconds since the epoch. */
export interface ArchivedEvent {
  readonly at: number;
  readonly event: BusEvent;
}

interface Shelf {
  readonly archive: Archive;
  readonly matches: (event: unknown) => boolean;
  events: ArchivedEvent[];
}

const DAY_MILLISECONDS = 86_400_000;

export class Archives {
  readonly #cloud: Cloud;
  readonly #shelves = new Map<string, Shelf>();
  readonly #folder: string | undefined;
  readonly #file: JsonFile<readonly Archive[]>;

  constructor(cloud: Cloud) {
    const { dataFolder } = cloud;
    this.#cloud = cloud;
    this.#folder = dataFolder === undefined ? undefined : join(dataFolder, "archives");
    this.#file = new JsonFile(this.#folder && join(this.#folder, "archives.json"), "event archives");
    for (const archive of this.#file.read() ?? []) {
      this.#shelves.set(archive.name, { ...shelfOf(archive), events: this.#readEvents(archive.name) });
    }
  }

  /** By name. */
  get all(): readonly Archive[] {
    return [...this.#shelves.values()]
      .map(({ archive }) => archive)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): Archive | undefined {
    return this.#shelves.get(name)?.archive;
  }

  /** @throws AwsError ResourceNotFoundException */
  get(name: string): Archive {
    const archive = this.find(name);
    if (archive) return archive;
    throw new AwsError("ResourceNotFoundException", `Archive ${name} does not exist.`);
  }

  /**
   * Makes the archive, or changes it; what it holds stays.
   * @throws AwsError InvalidEventPatternException
   */
  put(settings: ArchiveSettings): Archive {
    const known = this.#shelves.get(settings.name);
    const createdAt = known?.archive.createdAt ?? this.#cloud.clock.now();
    const archive = {
      ...settings,
      arn: arn(this.#cloud.world, "events", `archive/${settings.name}`),
      createdAt,
    };
    this.#shelves.set(archive.name, { ...shelfOf(archive), events: known?.events ?? [] });
    this.#file.write(this.all);
    return archive;
  }

  /** Removes the events of all archives. */
  empty(): void {
    for (const archive of this.all) {
      this.remove(archive.name);
      this.put(archive);
    }
  }

  remove(name: string): void {
    if (!this.#shelves.delete(name)) return;
    this.#file.write(this.all);
    const path = this.#eventsFile(name);
    if (path !== undefined) rmSync(path, { force: true });
  }

  /** Keeps an event in the archives of its bus that want it. Replayed events are not kept again. */
  keep(event: BusEvent, bus: string): void {
    if (event["replay-name"] !== undefined) return;
    for (const shelf of this.#shelves.values()) {
      if (busNameOf(shelf.archive.source) !== bus || !shelf.matches(event)) continue;
      const kept = { at: this.#cloud.clock.now(), event };
      shelf.events.push(kept);
      this.#append(shelf.archive.name, kept);
    }
  }

  /** What an archive holds and its retention has not ended, oldest first. */
  eventsOf({ name, retentionDays }: Archive): readonly ArchivedEvent[] {
    const shelf = this.#shelves.get(name);
    if (!shelf) return [];
    const oldest = retentionDays === 0 ? 0 : this.#cloud.clock.now() - retentionDays * DAY_MILLISECONDS;
    shelf.events = shelf.events.filter(({ at }) => at >= oldest);
    return shelf.events;
  }

  #eventsFile(name: string): string | undefined {
    return this.#folder && join(this.#folder, `${name}.jsonl`);
  }

  #append(name: string, kept: ArchivedEvent): void {
    const path = this.#eventsFile(name);
    if (path === undefined || this.#folder === undefined) return;
    mkdirSync(this.#folder, { recursive: true });
    appendFileSync(path, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
  }

  /** A line that a crash cut off in the middle is left out. */
  #readEvents(name: string): ArchivedEvent[] {
    const path = this.#eventsFile(name);
    try {
      const lines = path === undefined ? [] : readFileSync(path, "utf8").split("\n").slice(0, -1);
      return lines.map((line) => JSON.parse(line) as ArchivedEvent);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw new Error(`The event archive in ${path} cannot be read; --fresh starts without it.`, {
        cause: error,
      });
    }
  }
}

function shelfOf(archive: Archive): Shelf {
  const matches = archive.pattern === undefined ? () => true : compilePattern(archive.pattern);
  return { archive, matches, events: [] };
}
