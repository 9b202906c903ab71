/** `npm run token`: an access token of somebody, while the local cloud runs. There is nothing like it in a deployed stack. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { PersonTokens } from "../local/core/apis.ts";
import { UserError } from "../local/core/errors.ts";

const HELP = `Prints an access token of a user of the running local cloud, to send as "Authorization: Bearer TOKEN".

Usage: npm run --silent token -- WHO [options]

  WHO            client or employee: whom local-cloud.yaml names under users
  --user NAME    somebody else in the same group, who is made if there is no such user
  --stack NAME   stack that npm start runs                                    (default: dev)
  --json         the user's id and all tokens, as one JSON object
  --help         this text

Exit codes: 0 a token was printed, 1 there is no token for these arguments, 2 something else failed.
`;

async function main(): Promise<void> {
  const { who, user, stack, json, help } = readArguments();
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  if (who === undefined) throw new UserError(`Say whose token.\n\n${HELP}`);
  const tokens = await askTokens(stack, who, user);
  process.stdout.write(`${json ? JSON.stringify(tokens) : tokens.accessToken}\n`);
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        user: { type: "string" },
        stack: { type: "string", default: "dev" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const [who, ...others] = positionals;
    if (others.length > 0) throw new Error(`One person at a time: ${positionals.join(" ")}`);
    return { ...values, who };
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

async function askTokens(stack: string, who: string, user: string | undefined): Promise<PersonTokens> {
  const file = join(".local", stack, "outputs.json");
  if (!existsSync(file))
    throw new UserError(
      `The local cloud does not run stack ${stack}. Start it first: npm start -- --stack ${stack}`,
    );
  const { awsEndpointUrl } = JSON.parse(readFileSync(file, "utf8")) as { awsEndpointUrl: string };
  const answer = await fetch(`${awsEndpointUrl}/_local/users/${encodeURIComponent(who)}/token`, {
    method: "POST",
    body: JSON.stringify({ user }),
  });
  const content: unknown = await answer.json();
  if (answer.ok) return content as PersonTokens;
  throw new UserError((content as { readonly message?: string }).message ?? `HTTP status ${answer.status}`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof UserError ? error.message : String(error)}\n`);
  process.exit(error instanceof UserError ? 1 : 2);
});
