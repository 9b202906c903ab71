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
      parts: cloud.startTimes,
      outputs: cloud.outputValues,
    });
  const width = Math.max(0, ...Object.keys(outputs).map((name) => name.length));
  const lines = Object.entries(cloud.outputValues).map(
    ([name, value]) =>
      `  ${name.padEnd(width)}  ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const parts = Object.entries(cloud.startTimes).map(([name, time]) => `${name} ${seconds(time)}`);
  return [
    "",
    styleText("bold", "Outputs"),
    ...lines,
    ...tokenHints(cloud),
    "",
    `${styleText(["bold", "green"], "Ready")} in ${seconds(milliseconds)} (${parts.join(", ")}): stack ${stack}, ${resources.length} resources. Ctrl-C ends it.`,
  ].join("\n");
}

/** How to get a token, where there are users. */
function tokenHints({ userNames, graph }: LocalCloud): string[] {
  if (userNames.length === 0) return [];
  const option = graph.stack === "dev" ? "" : ` --stack ${graph.stack}`;
  const commands = userNames.map((name) => `  npm run --silent token -- ${name}${option}`);
  return ["", styleText("bold", "Access tokens"), ...commands];
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
