/** Creating, changing and deleting schedules and groups, whoever asks: a caller of the API or the program. */
import { AwsError } from "../../core/errors.ts";
import type { JsonInput } from "../../core/protocol.ts";
import type { Cloud } from "../../core/service.ts";
import { Constraints, invalid, NAME } from "./constraints.ts";
import { readDefinition } from "./definition.ts";
import { checkTrust } from "./delivery.ts";
import { DEFAULT_GROUP, type Group, groupArn, type Schedule, scheduleArn } from "./schedule.ts";
import type { ScheduleStore } from "./store.ts";

export class Catalogue {
  readonly #cloud: Cloud;
  readonly #changed: () => void;
  readonly store: ScheduleStore;

  /** @param changed called after each change */
  constructor(cloud: Cloud, store: ScheduleStore, changed: () => void) {
    this.#cloud = cloud;
    this.store = store;
    this.#changed = changed;
  }

  /** @throws AwsError ValidationException, ConflictException, ResourceNotFoundException (of the group) */
  create(group: string, name: string, input: JsonInput): Schedule {
    checkName("name", name);
    const schedule = this.#read(group, name, input);
    this.store.getGroup(group);
    if (this.store.find(group, name)) {
      throw new AwsError("ConflictException", `Schedule ${name} already exists.`, 409);
    }
    return this.#put(schedule);
  }

  /**
   * What the caller leaves out gets its default, not what it was.
   * @throws AwsError ValidationException, ResourceNotFoundException
   */
  update(group: string, name: string, input: JsonInput): Schedule {
    const { createdAt } = this.store.get(group, name);
    return this.#put({ ...this.#read(group, name, input), createdAt });
  }

  /** @throws AwsError ResourceNotFoundException */
  delete(group: string, name: string): void {
    this.store.remove(this.store.get(group, name).arn);
    this.#changed();
  }

  /** @throws AwsError ValidationException, ConflictException */
  createGroup(name: string): Group {
    checkName("name", name);
    if (this.store.findGroup(name)) {
      throw new AwsError("ConflictException", `Schedule group ${name} already exists.`, 409);
    }
    const group = { name, arn: groupArn(this.#cloud.world, name), createdAt: this.#cloud.clock.now() };
    this.store.putGroup(group);
    return group;
  }

  /**
   * Deletes the group and its schedules.
   * @throws AwsError ValidationException, ResourceNotFoundException
   */
  deleteGroup(name: string): void {
    if (name === DEFAULT_GROUP) throw invalid("The default schedule group cannot be deleted.");
    this.store.getGroup(name);
    this.store.removeGroup(name);
    this.#changed();
  }

  #read(group: string, name: string, input: JsonInput): Schedule {
    const now = this.#cloud.clock.now();
    const arn = scheduleArn(this.#cloud.world, group, name);
    const definition = readDefinition(input, now);
    checkTrust({ group, definition }, this.#cloud);
    return { name, group, arn, definition, createdAt: now, modifiedAt: now };
  }

  #put(schedule: Schedule): Schedule {
    this.store.put(schedule);
    this.#changed();
    return schedule;
  }
}

function checkName(path: string, name: string): void {
  const constraints = new Constraints();
  constraints.check(path, name, NAME);
  constraints.finish();
}
