/** Runs a function's bundle in a process of its own, with the environment that Lambda would give it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import type { DeployedFunction } from "./deployed.ts";

/** The stream that a program writes its result to: what functions print goes elsewhere. */
const RESULT = 3;
const SHOWN_CHARACTERS = 2_000;

export interface Run {
  readonly one: DeployedFunction;
  /** The program that loads the bundle, a path below bench/. */
  readonly program: string;
  /** What the program is given. */
  readonly argument: unknown;
  /** Base URL of what stands in for AWS. */
  readonly endpoint: string;
  /** Options of Node.js. */
  readonly options?: readonly string[];
}

/** @throws Error with what it printed, when there is no result */
export async function runFunction<Result>({
  one,
  program,
  argument,
  endpoint,
  options = [],
}: Run): Promise<Result> {
  const path = join(import.meta.dirname, "..", program);
  const args = [...options, path, pathToFileURL(one.bundle).href, JSON.stringify(argument)];
  const child = spawn(process.execPath, args, {
    env: {
      ...one.variables,
      TZ: ":UTC",
      AWS_REGION: "eu-west-1",
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_LAMBDA_FUNCTION_NAME: one.name,
      AWS_LAMBDA_FUNCTION_VERSION: "1",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
    },
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const [result, errors] = await Promise.all([
    text(child.stdio[RESULT] as Readable),
    text(child.stderr as Readable),
    once(child, "close"),
  ]);
  if (result === "") throw new Error(`${one.name} failed:\n${errors.slice(-SHOWN_CHARACTERS)}`);
  return JSON.parse(result);
}
