/** The functions of this program as Lambda would find them: bundle, environment, and what invokes them. */
import { join } from "node:path";
import { type Archive, type Graph, type Resource, resourcesOf } from "../../local/core/graph.ts";
import { fillConfig, readLocalSettings } from "../../local/deploy/settings.ts";
import { evaluate } from "../../local/evaluate/index.ts";
import { definitions } from "../../local/services/index.ts";
import { operationsOf } from "../../tools/openapi/operations.ts";

export interface DeployedFunction {
  /** Logical name without the suffix of its component, such as `tasks-create`. */
  readonly name: string;
  /** Absolute path of the bundle. */
  readonly bundle: string;
  readonly variables: Readonly<Record<string, string>>;
  /** The operation of an API that it answers, such as `GET /tasks/{id}`. */
  readonly route?: string;
}

interface IntegratedDocument {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, IntegratedOperation>>>>;
}

interface IntegratedOperation {
  readonly "x-amazon-apigateway-integration"?: { readonly uri?: string };
}

/**
 * Evaluates the program and makes its bundles.
 * @param standIns base URL of what stands in for third parties
 */
export async function deployedProgram(
  root: string,
  standIns: string,
): Promise<{ readonly graph: Graph; readonly functions: readonly DeployedFunction[] }> {
  const config = fillConfig(readLocalSettings(root), () => standIns);
  const options = { cwd: root, stack: "dev", endpoint: standIns, definitions, config };
  const { graph } = await evaluate(options);
  const routes = resourcesOf(graph, "aws:apigateway/restApi:RestApi").flatMap(routesOf);
  const functions = resourcesOf(graph, "aws:lambda/function:Function").map((resource) => {
    const route = routes.find(({ target }) => target.includes(`:function:${resource.outputs.name}:`))?.route;
    const environment = resource.outputs.environment as
      | { readonly variables?: Readonly<Record<string, string>> }
      | undefined;
    return {
      name: resource.name.replace(/-function$/, ""),
      bundle: bundleOf(resource, root),
      variables: {
        ...environment?.variables,
        ...(environment?.variables?.JWKS_URI && { JWKS_URI: `${standIns}/jwks.json` }),
      },
      ...(route && { route }),
    };
  });
  return { graph, functions };
}

function bundleOf({ name, outputs }: Resource, root: string): string {
  const [file] = Object.values((outputs.code as Archive).assets ?? {});
  if (file?.kind !== "asset" || file.path === undefined) throw new Error(`${name} is not one file.`);
  return join(root, file.path.replace(root, ""));
}

function routesOf({ outputs }: Resource): { readonly route: string; readonly target: string }[] {
  return operationsOf(JSON.parse(String(outputs.body)) as IntegratedDocument).map(({ route, operation }) => ({
    route,
    target: operation["x-amazon-apigateway-integration"]?.uri ?? "",
  }));
}
