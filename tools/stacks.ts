/** The resource graph of a stack, for tools that ask nothing of a running cloud. */
import type { Graph } from "../local/core/graph.ts";
import { evaluate } from "../local/evaluate/index.ts";
import { definitions } from "../local/services/index.ts";

/** It is in no answer. */
const ENDPOINT = "http://127.0.0.1:4000";

/**
 * @param cwd folder of the program; default: the current one
 * @throws UserError when the program or its configuration is not valid
 */
export async function graphOf(stack: string, cwd: string = process.cwd()): Promise<Graph> {
  return (await evaluate({ cwd, stack, endpoint: ENDPOINT, definitions })).graph;
}
