/** The command line of `npm start`. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../core/errors.ts";

export const HELP = `Runs a Pulumi AWS program on this machine: no account, no Docker, no Pulumi CLI.

Usage: npm start -- [options]

  --stack NAME   stack whose configuration (Pulumi.NAME.yaml) is used        (default: dev)
  --port N       port of the local cloud; 0 takes any free one               (default: 4000)
  --data DIR     keep the data in DIR, so that they survive a restart        (default: in memory)
  --fresh        begin with empty data, also when DIR holds some
  --cwd DIR      folder of another Pulumi Node.js program to run             (default: this one)
  --json         one JSON object a line instead of text
  --help         this text

While it runs, .local/NAME/outputs.json holds the stack's outputs. Ctrl-C ends it.
`;

export interface StartOptions {
  readonly stack: string;
  readonly port: number;
  readonly dataFolder?: string;
  readonly fresh: boolean;
  readonly cwd: string;
  readonly json: boolean;
  readonly help: boolean;
}

/** @throws UserError naming the option, its value and what is allowed */
export function parseOptions(args: readonly string[]): StartOptions {
  const { values } = read(args);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UserError(
      `--port ${values.port} is not a port: give a number from 0 (any free port) to 65535.`,
    );
  }
  if (!/^[A-Za-z0-9_.-]{1,100}$/.test(values.stack)) {
    throw new UserError(
      `--stack ${values.stack} is not a stack name: letters, digits, - _ and . are allowed.`,
    );
  }
  const { stack, fresh, json, help } = values;
  const dataFolder = values.data === undefined ? undefined : resolve(values.data);
  return { stack, port, dataFolder, fresh, cwd: resolve(values.cwd), json, help };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        stack: { type: "string", default: "dev" },
        port: { type: "string", default: "4000" },
        data: { type: "string" },
        fresh: { type: "boolean", default: false },
        cwd: { type: "string", default: "." },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}
