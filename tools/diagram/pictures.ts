/** All pictures of a stack. */
import type { Graph } from "../../local/core/graph.ts";
import { architectureOf } from "./architecture.ts";
import { overviewLayout } from "./compose.ts";
import { layoutOf } from "./layout.ts";
import { mermaidOf, mermaidOverview } from "./mermaid.ts";
import { svgOf } from "./svg.ts";
import { viewOfSystem } from "./view.ts";

/** Files by name: `architecture.svg` and `.mmd` for the whole, `<system>.svg` and `.mmd` for each system. */
export function picturesOf(graph: Graph): Map<string, string> {
  const architecture = architectureOf(graph);
  const files = new Map([
    ["architecture.svg", svgOf(`The systems of ${graph.project}`, overviewLayout(architecture))],
    ["architecture.mmd", mermaidOverview(architecture)],
  ]);
  for (const system of architecture.systems) {
    const view = viewOfSystem(architecture, system);
    files
      .set(`${system}.svg`, svgOf(view.title, layoutOf(view, "down")))
      .set(`${system}.mmd`, mermaidOf(view));
  }
  return files;
}
