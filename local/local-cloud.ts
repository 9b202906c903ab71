/** The local cloud: evaluates a Pulumi program, makes its resources real on this machine, and keeps both in step. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Control } from "./control/control.ts";
import { STAND_IN_PATH, StandIns } from "./control/stand-ins.ts";
import { type Clock, wallClock } from "./core/clock.ts";
import { UserError } from "./core/errors.ts";
import type { Graph, StackOutput, Value } from "./core/graph.ts";
import type { Log } from "./core/log.ts";
import type { Cloud, Service, ServiceDefinition } from "./core/service.ts";
import { Deployment } from "./deploy/deployment.ts";
import { watchProgram } from "./deploy/program-changes.ts";
import { type LocalSettings, readLocalSettings } from "./deploy/settings.ts";
import { createEndpoint, type Endpoint } from "./endpoint/index.ts";
import { evaluate } from "./evaluate/index.ts";
import { createAuthorizer } from "./services/iam/authorizer.ts";
import { definitions } from "./services/index.ts";

export interface LocalCloudOptions {
  /** Folder of the Pulumi program. */
  readonly cwd: string;
  readonly stack: string;
  /** Port of the endpoint; 0 takes any free one. */
  readonly port: number;
  /** Folder that keeps the data over restarts; without it they live in memory. */
  readonly dataFolder?: string;
  readonly clock?: Clock;
  readonly log: Log;
  /** Gives up the start when aborted. */
  readonly signal?: AbortSignal;
}
