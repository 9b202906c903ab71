/** The secrets themselves: in memory, and in a file of the data folder when the cloud is durable. */
import { AwsError } from "../../core/errors.ts";
import { JsonFile } from "../../core/json-file.ts";
import type { RotationRules } from "./rotation-rules.ts";

/** A version without a value is one that a rotation has begun. */
export interface Version {
  readonly id: string;
  readonly secretString?: string;
  /** base64 */
  readonly secretBinary?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Such as `AWSCURRENT`; a version without stages is deprecated. */
  stages: string[];
}

/** The label of a version that a rotation is making. */
export const AWSPENDING = "AWSPENDING";

export interface Rotation {
  /** ARN of the function that rotates the secret. */
  readonly functionArn: string;
  readonly rules: RotationRules;
  /** When it was set up, in milliseconds since the epoch. */
  readonly since: number;
}

export interface Secret {
  readonly arn: string;
  readonly name: string;
  description?: string;
  /** Left out: the secret is not rotated. */
  rotation?: Rotation;
  /** When its last rotation ended, in milliseconds since the epoch. */
  rotatedAt?: number;
  readonly createdAt: number;
  changedAt: number;
  versions: Version[];
}

/** Versions kept without a stage; AWS keeps about a hundred. */
const MAX_VERSIONS = 100;

export class SecretStore {
  readonly #secrets = new Map<string, Secret>();
  readonly #file: JsonFile<readonly Secret[]>;

  /** @param file where secrets survive a restart; without it they live in memory only */
  constructor(file: string | undefined) {
    this.#file = new JsonFile(file, "secrets");
    for (const secret of this.#file.read() ?? []) this.#secrets.set(secret.arn, secret);
  }

  get all(): readonly Secret[] {
    return [...this.#secrets.values()];
  }

  /** The secret with this ARN, ARN without its last six characters, or name. */
  find(id: string): Secret | undefined {
    return (
      this.#secrets.get(id) ??
      this.all.find(({ arn, name }) => name === id || (id.startsWith("arn:") && arn.slice(0, -7) === id))
    );
  }

  /** @throws AwsError ResourceNotFoundException */
  get(id: string): Secret {
    const secret = this.find(id);
    if (secret) return secret;
    throw new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
  }

  add(secret: Secret): void {
    this.#secrets.set(secret.arn, secret);
    this.save();
  }

  remove(arn: string): void {
    if (this.#secrets.delete(arn)) this.save();
  }

  /** The version with this id, or the one that is in this stage (default `AWSCURRENT`). */
  version(secret: Secret, versionId?: string, stage?: string): Version | undefined {
    if (versionId !== undefined) {
      return secret.versions.find(
        ({ id, stages }) => id === versionId && (stage === undefined || stages.includes(stage)),
      );
    }
    return secret.versions.find(({ stages }) => stages.includes(stage ?? "AWSCURRENT"));
  }

  /** Adds a version and moves its stages to it; the version that was current becomes AWSPREVIOUS. */
  put(secret: Secret, version: Version): void {
    const others = secret.versions.filter(({ id }) => id !== version.id);
    secret.versions = [...others, version];
    for (const stage of version.stages) this.#take(secret, stage, version.id);
    const staged = others.filter(({ stages }) => stages.length > 0);
    const deprecated = others.filter(({ stages }) => stages.length === 0).slice(-MAX_VERSIONS);
    secret.versions = [...deprecated, ...staged, version];
    secret.changedAt = version.createdAt;
    this.save();
  }

  /** Moves a stage to a version, or takes it away. */
  moveStage(secret: Secret, stage: string, versionId: string | undefined): void {
    this.#take(secret, stage, versionId);
    this.save();
  }

  /** Removes a version altogether. */
  drop(secret: Secret, versionId: string): void {
    secret.versions = secret.versions.filter(({ id }) => id !== versionId);
    this.save();
  }

  #take(secret: Secret, stage: string, versionId: string | undefined): void {
    const holder = secret.versions.find(({ id, stages }) => id !== versionId && stages.includes(stage));
    for (const version of secret.versions) {
      version.stages = version.stages.filter((own) => own !== stage);
      if (version.id === versionId) version.stages.push(stage);
    }
    if (stage === "AWSCURRENT" && holder) this.#take(secret, "AWSPREVIOUS", holder.id);
  }

  /** @param kept ARNs of the secrets that stay */
  clear(kept: ReadonlySet<string>): void {
    for (const arn of [...this.#secrets.keys()]) if (!kept.has(arn)) this.#secrets.delete(arn);
    this.save();
  }

  save(): void {
    this.#file.write(this.all);
  }
}
