/** What `npm start` prints once everything runs. */
import { styleText } from "node:util";
import type { LocalCloud } from "../local-cloud.ts";

/** The outputs and, as the last line, `Ready …`; with `json`, one object. */
export function describeReady(cloud: LocalCloud, milliseconds: number, json: boolean): string {
  const { stack, resources, outputs } = cloud.graph;
  if (json)
    return JSON.stringify({
      kind: "ready",
      stack,
      resources: resources.length,
      milliseconds,
      outputs: cloud.outputValues,
    });
  const width = Math.max(0, ...Object.keys(outputs).map((name) => name.length));
  const lines = Object.entries(cloud.outputValues).map(
    ([name, value]) =>
      `  ${name.padEnd(width)}  ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [
    "",
    styleText("bold", "Outputs"),
    ...lines,
    "",
    `${styleText(["bold", "green"], "Ready")} in ${(milliseconds / 1000).toFixed(1)} s: stack ${stack}, ${resources.length} resources. Ctrl-C ends it.`,
  ].join("\n");
}
