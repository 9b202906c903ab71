/** The resource graph of a stack, for tools that ask nothing of a running cloud. */
import type { Graph } from "../local/core/graph.ts";
import { type EvaluateOptions, evaluate } from "../local/evaluate/index.ts";
import { definitions } from "../local/services/index.ts";

/** No tool shows it. */
export const ENDPOINT = "http://127.0.0.1:4000";

export type GraphOptions = Partial<Pick<EvaluateOptions, "cwd" | "config" | "deployed">>;

/**
 * The graph of the program in the current folder, unless the options name another.
 * @throws UserError when the program or its configuration is not valid
 */
export async function graphOf(stack: string, options: GraphOptions = {}): Promise<Graph> {
  const given = { cwd: process.cwd(), ...options };
  return (await evaluate({ ...given, stack, endpoint: ENDPOINT, definitions })).graph;
}
