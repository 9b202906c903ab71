/** `npm run openapi`: makes what consumers of the APIs need from the contracts in the program. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import openapiTypescript, { astToString } from "openapi-typescript";
import { UserError } from "../local/core/errors.ts";
import { fillConfig, readLocalSettings } from "../local/deploy/settings.ts";
import { evaluate } from "../local/evaluate/index.ts";
import { definitions } from "../local/services/index.ts";
import { type GeneratedFiles, staleFiles, writeFiles } from "./generated-files.ts";
import { type ApiDocument, publishedDocuments, withoutUrl } from "./openapi/documents.ts";
import { pageOf } from "./openapi/page.ts";

const HELP = `Makes what consumers need, from the contracts of the APIs as they are in the local cloud: OpenAPI documents
(openapi/), the types of the client (client/types/) and pages (docs/api/).

Usage: npm run openapi -- [options]

  --stack NAME   stack whose APIs are described                                (default: dev)
  --check        write nothing; exit code 1 when a file is not what would be written
  --help         this text
`;

/** It stands in no file. */
const ENDPOINT = "http://127.0.0.1:4000";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "dev" },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { stack } = values;
  const cwd = process.cwd();
  // As in the local cloud, where all that waits for its configuration is on.
  const config = fillConfig(readLocalSettings(cwd), (name) => `${ENDPOINT}/${name}`);
  const { graph } = await evaluate({ cwd, stack, endpoint: ENDPOINT, definitions, config });
  const documents = [...publishedDocuments(graph)].map(
    ([system, document]) => [system, withoutUrl(system, document)] as const,
  );
  const folders = await filesOf(documents);
  if (values.check) return report(folders.flatMap(([folder, files]) => staleFiles(folder, files)));
  const changed = folders.flatMap(([folder, files]) => writeFiles(folder, files));
  process.stdout.write(`${documents.length} APIs, ${changed.length} files changed.\n`);
  return 0;
}

/** All files, by folder. */
async function filesOf(
  documents: readonly (readonly [string, ApiDocument])[],
): Promise<(readonly [string, GeneratedFiles])[]> {
  const types = documents.map(
    async ([system, document]) => [`${system}.ts`, await typesOf(document)] as const,
  );
  const texts = documents.map(
    ([system, document]) => [`${system}.json`, `${JSON.stringify(document, undefined, 2)}\n`] as const,
  );
  const pages = documents.map(([system, document]) => [`${system}.md`, pageOf(system, document)] as const);
  return [
    ["openapi", new Map(texts)],
    [join("client", "types"), new Map(await Promise.all(types))],
    [join("docs", "api"), new Map(pages)],
  ];
}

async function typesOf(document: ApiDocument): Promise<string> {
  const nodes = await openapiTypescript(JSON.stringify(document), { alphabetize: false });
  return `/** Made from the OpenAPI document by \`npm run openapi\`. */\n${astToString(nodes)}`;
}

function report(stale: readonly string[]): number {
  if (stale.length === 0) return 0;
  process.stderr.write(`Not what the program deploys: ${stale.join(", ")}. Make anew: npm run openapi\n`);
  return 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof UserError ? error.message : String(error)}\n`);
    process.exit(2);
  },
);
