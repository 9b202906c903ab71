/** Installs the peers into a temporary folder, each with its form of the program that says hello. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const PACKAGES = ["osls@4.3.1", "serverless-offline@14.8.2", "@architect/sandbox@8.0.0"];
const CODE = `exports.handler = async () => ({ statusCode: 200, body: '{"message":"hello"}' });\n`;
const FUNCTIONS = 8;
const names = Array.from({ length: FUNCTIONS }, (_, index) => `hello${index}`);

const SERVERLESS = `service: hello
provider: { name: aws, runtime: nodejs22.x, region: eu-west-1 }
plugins: [serverless-offline]
functions:
${names.map((name) => `  ${name}: { handler: index.handler, events: [{ http: { path: ${name}, method: post } }] }`).join("\n")}
`;

/** Functions of each program; routes are POST /hello0, /hello1 … */
export const PEER_FUNCTIONS = names;

/** @returns the folder, in which `osls` and `arc` are programs */
export async function installPeers(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "andamio-peers-"));
  write(folder, "package.json", '{"private":true}');
  const options = ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...PACKAGES];
  await promisify(execFile)("npm", options, { cwd: folder, maxBuffer: 10_000_000 });
  write(folder, "osls/serverless.yml", SERVERLESS);
  write(folder, "osls/index.js", CODE);
  write(folder, "arc/app.arc", `@app\nhello\n\n@http\n${names.map((name) => `post /${name}`).join("\n")}\n`);
  for (const name of names) write(folder, `arc/src/http/post-${name}/index.js`, CODE);
  for (const peer of ["osls", "arc"]) {
    write(folder, `${peer}/package.json`, '{"private":true}');
    symlinkSync("../node_modules", join(folder, peer, "node_modules"));
  }
  return folder;
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
