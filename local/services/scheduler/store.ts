/** Schedules and their groups: in memory, and in a file of the data folder when the cloud is durable. */
import { AwsError } from "../../core/errors.ts";
import { JsonFile } from "../../core/json-file.ts";
import type { Cloud } from "../../core/service.ts";
import { DEFAULT_GROUP, type Group, groupArn, type Schedule } from "./schedule.ts";

interface Content {
  readonly groups: readonly Group[];
  readonly schedules: readonly Schedule[];
}

export class ScheduleStore {
  readonly #groups = new Map<string, Group>();
  readonly #schedules = new Map<string, Schedule>();
  readonly #file: JsonFile<Content>;

  /** @param file where schedules survive a restart; without it they live in memory only */
  constructor(file: string | undefined, cloud: Cloud) {
    this.#file = new JsonFile(file, "schedules");
    const stored = this.#file.read();
    const createdAt = cloud.clock.now();
    this.#groups.set(DEFAULT_GROUP, {
      name: DEFAULT_GROUP,
      get arn() {
        return groupArn(cloud.world, DEFAULT_GROUP);
      },
      createdAt,
    });
    for (const group of stored?.groups ?? []) this.#groups.set(group.name, group);
    for (const schedule of stored?.schedules ?? []) this.#schedules.set(schedule.arn, schedule);
  }

  /** By name. */
  get groups(): readonly Group[] {
    return [...this.#groups.values()].sort(byName);
  }

  /** By name. */
  get schedules(): readonly Schedule[] {
    return [...this.#schedules.values()].sort(byName);
  }

  findGroup(name: string): Group | undefined {
    return this.#groups.get(name);
  }

  find(group: string, name: string): Schedule | undefined {
    return this.schedules.find((schedule) => schedule.group === group && schedule.name === name);
  }

  /** @throws AwsError ResourceNotFoundException */
  getGroup(name: string): Group {
    const group = this.#groups.get(name);
    if (group) return group;
    throw new AwsError("ResourceNotFoundException", `Schedule group ${name} does not exist.`, 404);
  }

  /** @throws AwsError ResourceNotFoundException */
  get(group: string, name: string): Schedule {
    const schedule = this.find(group, name);
    if (schedule) return schedule;
    throw new AwsError("ResourceNotFoundException", `Schedule ${name} does not exist.`, 404);
  }

  /** Adds the schedule, or puts it in the place of the one with its ARN. */
  put(schedule: Schedule): void {
    this.#schedules.set(schedule.arn, schedule);
    this.#save();
  }

  remove(arn: string): void {
    if (this.#schedules.delete(arn)) this.#save();
  }

  putGroup(group: Group): void {
    this.#groups.set(group.name, group);
    this.#save();
  }

  /** Removes the group and all its schedules. */
  removeGroup(name: string): void {
    this.#groups.delete(name);
    for (const { arn, group } of this.schedules) if (group === name) this.#schedules.delete(arn);
    this.#save();
  }

  /** Removes all schedules, and all groups but the default one. */
  clear(): void {
    this.#schedules.clear();
    for (const name of [...this.#groups.keys()]) if (name !== DEFAULT_GROUP) this.#groups.delete(name);
    this.#save();
  }

  #save(): void {
    const groups = this.groups.filter(({ name }) => name !== DEFAULT_GROUP);
    this.#file.write({ groups, schedules: this.schedules });
  }
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : 1;
}
