/** Links that IAM policies tell: what the roles of parts may do with other parts. */
import { type Graph, type Resource, resourcesOf } from "../../local/core/graph.ts";
import type { Link } from "./architecture.ts";
import type { ArnIndex } from "./arns.ts";
import type { PlacedPart } from "./parts.ts";
import { parsed, record, textsIn } from "./properties.ts";

/** Actions that change nothing. */
const READING = /^[a-z0-9-]+:(Get|BatchGet|List|Describe|Query|Scan|Head)/;

/** What a function needs so that Lambda takes records and messages for it: the mapping tells this link. */
const TAKING =
  /^(sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes|ChangeMessageVisibility)|dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams))$/;

/** What a schedule, an API or a workflow may start is what it starts. */
const STARTING =
  /^(lambda:InvokeFunction|states:StartExecution|sqs:SendMessage|sns:Publish|events:PutEvents)$/;

export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Links from the holders of roles to what their policies name. */
export function linksByGrants(graph: Graph, placed: readonly PlacedPart[], arns: ArnIndex): Link[] {
  const holders = holdersOf(graph, placed);
  return resourcesOf(graph, "aws:iam/rolePolicy:RolePolicy").flatMap(({ inputs }) => {
    const holder = holders.get(String(inputs.role));
    if (!holder) return [];
    return statementsOf(inputs.policy).flatMap(({ actions, resources }) => {
      const used = actions.filter((action) => !TAKING.test(action));
      if (used.length === 0) return [];
      const sort = sortOf(holder, used);
      return resources.flatMap((arn) => {
        const to = arns.find(arn);
        return to === undefined ? [] : [{ from: holder.part.id, to, sort }];
      });
    });
  });
}

function sortOf(holder: PlacedPart, actions: readonly string[]): Link["sort"] {
  if (actions.every((action) => READING.test(action))) return "reads";
  const isStarting = holder.part.kind !== "function" && actions.some((action) => STARTING.test(action));
  return isStarting ? "triggers" : "writes";
}

/** Who has each role, by the role's name: the part that runs with it, else the part that is made beside it. */
function holdersOf(graph: Graph, placed: readonly PlacedPart[]): Map<string, PlacedPart> {
  const holders = new Map<string, PlacedPart>();
  for (const role of resourcesOf(graph, "aws:iam/role:Role")) {
    const holder =
      placed.find(({ resource }) => runsWith(resource, String(role.outputs.arn))) ??
      placed.find(({ resource }) => resource.parent === role.parent && resource.type !== FUNCTION);
    if (holder) holders.set(String(role.outputs.name), holder).set(role.id, holder);
  }
  return holders;
}

const FUNCTION = "aws:lambda/function:Function";

function runsWith({ inputs }: Resource, role: string): boolean {
  return textsIn(inputs).some(
    ({ path, text }) => text === role && /^(role|roleArn|credentials)$/.test(path.at(-1) ?? ""),
  );
}

/** What the statements of a policy allow. */
export function statementsOf(policy: unknown): Statement[] {
  const statements = [record(parsed(policy)).Statement].flat();
  return statements
    .map(record)
    .flatMap(({ Effect, Action, Resource }) =>
      Effect === "Allow"
        ? [{ actions: [Action].flat().map(String), resources: [Resource].flat().map(String) }]
        : [],
    );
}
