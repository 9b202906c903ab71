/**
 * Replays: the events of an archive, sent to its bus again. Events of one minute go together, minute after minute.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
 */
import type { Timer } from "../../core/clock.ts";
import { AwsError } from "../../core/errors.ts";
import { arn } from "../../core/names.ts";
import type { Cloud } from "../../core/service.ts";
import type { ArchivedEvent, Archives } from "./archives.ts";
import { busNameOf } from "./outputs.ts";
import type { Router } from "./router.ts";

export interface ReplaySettings {
  readonly name: string;
  readonly description: string | undefined;
  /** Name of the archive. */
  readonly archive: string;
  /** ARN of the bus. */
  readonly destination: string;
  /** ARNs of the rules that get the events; all when there are none. */
  readonly rules: readonly string[];
  /** Milliseconds since the epoch, by when the events came. */
  readonly from: number;
  readonly to: number;
}

export interface Replay extends ReplaySettings {
  readonly arn: string;
  readonly startedAt: number;
  state: "STARTING" | "RUNNING" | "COMPLETED" | "CANCELLED";
  endedAt?: number;
  lastReplayed?: number;
}

const MINUTE_MILLISECONDS = 60_000;

export class Replays {
  readonly #cloud: Cloud;
  readonly #archives: Archives;
  readonly #router: Router;
  readonly #replays = new Map<string, Replay>();
  readonly #timers = new Map<string, Timer>();

  constructor(cloud: Cloud, archives: Archives, router: Router) {
    this.#cloud = cloud;
    this.#archives = archives;
    this.#router = router;
  }

  get all(): readonly Replay[] {
    return [...this.#replays.values()];
  }

  /** @throws AwsError ResourceNotFoundException */
  get(name: string): Replay {
    const replay = this.#replays.get(name);
    if (replay) return replay;
    throw new AwsError("ResourceNotFoundException", `Replay ${name} does not exist.`);
  }

  /** @throws AwsError ResourceNotFoundException, ResourceAlreadyExistsException, ValidationException */
  start(settings: ReplaySettings): Replay {
    const archive = this.#archives.get(settings.archive);
    if (this.#replays.has(settings.name)) {
      throw new AwsError("ResourceAlreadyExistsException", `Replay ${settings.name} already exists.`);
    }
    if (busNameOf(archive.source) !== busNameOf(settings.destination)) {
      throw notValid("Destination.Arn", "Cross event bus replay is not permitted.");
    }
    if (!(settings.from < settings.to)) {
      throw notValid("EventEndTime", "EventStartTime must be before EventEndTime.");
    }
    const startedAt = this.#cloud.clock.now();
    const replay: Replay = {
      ...settings,
      arn: arn(this.#cloud.world, "events", `replay/${settings.name}`),
      startedAt,
      state: "STARTING",
    };
    this.#replays.set(replay.name, replay);
    const { from, to } = settings;
    const events = this.#archives.eventsOf(archive).filter(({ at }) => at >= from && at <= to);
    this.#later(replay, byMinute(events));
    return replay;
  }

  /** @throws AwsError ResourceNotFoundException, IllegalStatusException */
  cancel(name: string): Replay {
    const replay = this.get(name);
    if (replay.endedAt !== undefined) {
      throw new AwsError(
        "IllegalStatusException",
        `Replay ${name} is not in a valid state for this operation.`,
      );
    }
    this.#timers.get(name)?.cancel();
    this.#end(replay, "CANCELLED");
    return replay;
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #later(replay: Replay, batches: readonly (readonly ArchivedEvent[])[]): void {
    const timer = this.#cloud.clock.after(0, () => this.#step(replay, batches));
    this.#timers.set(replay.name, timer);
  }

  #step(replay: Replay, [batch, ...rest]: readonly (readonly ArchivedEvent[])[]): void {
    if (!batch) {
      this.#end(replay, "COMPLETED");
      return;
    }
    replay.state = "RUNNING";
    for (const { at, event } of batch) {
      this.#router.replay(
        { ...event, "replay-name": replay.name },
        busNameOf(replay.destination),
        replay.rules,
      );
      replay.lastReplayed = at;
    }
    this.#later(replay, rest);
  }

  #end(replay: Replay, state: "COMPLETED" | "CANCELLED"): void {
    this.#timers.delete(replay.name);
    replay.state = state;
    replay.endedAt = this.#cloud.clock.now();
  }
}

function byMinute(events: readonly ArchivedEvent[]): readonly (readonly ArchivedEvent[])[] {
  return [...Map.groupBy(events, ({ at }) => Math.floor(at / MINUTE_MILLISECONDS)).values()];
}

function notValid(parameter: string, reason: string): AwsError {
  return new AwsError("ValidationException", `Parameter ${parameter} is not valid. Reason: ${reason}`);
}
