/** `npm run openapi`: makes what consumers of the APIs need from the contracts in the program. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import openapiTypescript, { astToString } from "openapi-typescript";
import type { Graph } from "../local/core/graph.ts";
import { fillConfig, readLocalSettings } from "../local/deploy/settings.ts";
import { report, runCommand } from "./command.ts";
import { type GeneratedFiles, staleFiles, writeFiles } from "./generated-files.ts";
import { type ApiDocument, publishedDocuments, withoutUrl } from "./openapi/documents.ts";
import { pageOf } from "./openapi/page.ts";
import { ENDPOINT, graphOf } from "./stacks.ts";

const HELP = `Makes what consumers need, from the contracts of the APIs as they are in the local cloud: OpenAPI documents
(openapi/), the types of the client (client/types/) and pages (docs/api/).

Usage: npm run openapi -- [options]

  --stack NAME   stack whose APIs are described                                (default: dev)
  --check        write nothing; exit code 1 when a file is not what would be written
  --help         this text
`;

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
  const graph = await describedGraph(values.stack);
  if (values.check) return report(await documentProblems(graph));
  const changed = (await filesOf(graph)).flatMap(([folder, files]) => writeFiles(folder, files));
  process.stdout.write(`${publishedDocuments(graph).size} APIs, ${changed.length} files changed.\n`);
  return 0;
}

/** The stack as it is in the local cloud, where all that waits for its configuration is on. */
export function describedGraph(stack: string): Promise<Graph> {
  const config = fillConfig(readLocalSettings(process.cwd()), (name) => `${ENDPOINT}/${name}`);
  return graphOf(stack, { config });
}

/** What is wrong with the files about the APIs of a described graph. */
export async function documentProblems(graph: Graph): Promise<string[]> {
  const stale = (await filesOf(graph)).flatMap(([folder, files]) => staleFiles(folder, files));
  return stale.length === 0
    ? []
    : [`Not what the program deploys: ${stale.join(", ")}. Make anew: npm run openapi`];
}

/** All files, by folder. */
async function filesOf(graph: Graph): Promise<(readonly [string, GeneratedFiles])[]> {
  const documents = [...publishedDocuments(graph)].map(
    ([system, document]) => [system, withoutUrl(system, document)] as const,
  );
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

if (import.meta.main) runCommand(main);
