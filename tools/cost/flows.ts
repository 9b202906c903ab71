/** What hands what to what: the ways that a request takes through a stack. */
import { type Graph, type Resource, resourcesOf } from "../../local/core/graph.ts";
import { ArnIndex } from "../diagram/arns.ts";
import { linksByGrants, statementsOf } from "../diagram/grants.ts";
import { wiringOf } from "../diagram/links.ts";
import { type PlacedPart, partsOf, systemsOf } from "../diagram/parts.ts";
import { REQUESTS_PER_SIGN_IN } from "./assumptions.ts";
import { sharesOf } from "./filters.ts";
import { type Route, routesOf } from "./routes.ts";

export interface Edge {
  readonly to: string;
  /** How often, for each time that something reaches where the edge comes from. */
  readonly times: number;
  /** Whether it only reads there: nothing goes on from there then. */
  readonly reads: boolean;
}

export interface Flows {
  readonly placed: readonly PlacedPart[];
  /** By the id of the part that they come from. */
  readonly edges: ReadonlyMap<string, readonly Edge[]>;
}

interface Arrow extends Edge {
  readonly from: string;
}

/** Actions that hand something over, or change something that may tell others. */
const HANDING =
  /^(sns:Publish|sqs:SendMessage|events:PutEvents|states:StartExecution|lambda:InvokeFunction|scheduler:CreateSchedule|ses:SendEmail|dynamodb:(Put|Update|Delete|BatchWrite)Item|s3:PutObject|rds-data:ExecuteStatement)$/;
const READING = /^(dynamodb:(GetItem|BatchGetItem|Query|Scan)|s3:GetObject)$/;

export function flowsOf(graph: Graph): Flows {
  const placed = partsOf(graph, systemsOf(graph));
  const arns = new ArnIndex(placed);
  const apis = new Set(placed.filter(({ part }) => part.kind === "api").map(({ part }) => part.id));
  const wired = [...wiringOf(graph, placed, arns).links, ...linksByGrants(graph, placed, arns)];
  const shareOf = sharesOf(graph, wired, arns);
  const arrows = [
    ...wired
      .filter(({ from, sort }) => sort === "triggers" && !apis.has(from))
      .map(({ from, to }) => ({ from, to, times: shareOf(from, to), reads: false })),
    ...wired
      .filter(({ from, to }) => from.startsWith("function:") && to.startsWith("users:"))
      .map(({ from, to }) => ({ from, to, times: 1 / REQUESTS_PER_SIGN_IN, reads: false })),
    ...placed.flatMap(({ part, resource }) =>
      part.kind === "function" ? usesOf(part.id, resource, graph, arns) : [],
    ),
    ...placed.flatMap(({ part, resource }) =>
      part.kind === "api" ? requestsOf(part.id, resource, placed, arns) : [],
    ),
  ];
  const unique = new Map(
    arrows.map((arrow) => [JSON.stringify([arrow.from, arrow.to, arrow.reads]), arrow] as const),
  );
  return { placed, edges: Map.groupBy(unique.values(), ({ from }) => from) };
}

/** What a function's role lets it do. */
function usesOf(from: string, { inputs }: Resource, graph: Graph, arns: ArnIndex): Arrow[] {
  const role = resourcesOf(graph, "aws:iam/role:Role").find(({ outputs }) => outputs.arn === inputs.role);
  return resourcesOf(graph, "aws:iam/rolePolicy:RolePolicy")
    .filter(({ inputs: policy }) => role && [role.id, role.outputs.name].includes(String(policy.role)))
    .flatMap(({ inputs: { policy } }) => statementsOf(policy))
    .flatMap(({ actions, resources }) => {
      const found = resources.flatMap((arn) => arns.find(arn) ?? []);
      const arrows = (pattern: RegExp, reads: boolean) =>
        actions.some((action) => pattern.test(action))
          ? found.map((to) => ({ from, to, times: 1, reads }))
          : [];
      return [...arrows(HANDING, false), ...arrows(READING, true)];
    });
}

/** To what the routes of an API hand its requests, and to whom they show them first. */
function requestsOf(
  from: string,
  { inputs }: Resource,
  placed: readonly PlacedPart[],
  arns: ArnIndex,
): Arrow[] {
  const routes = routesOf(inputs.body);
  const targets = routes.flatMap(({ uri, authorizer }) => [
    ...partsBehind(uri, placed, arns),
    ...(authorizer === undefined ? [] : arns.findAll(authorizer)),
  ]);
  const counts = Map.groupBy(targets, (id) => id);
  return [...counts].map(([to, { length }]) => ({ from, to, times: length / routes.length, reads: false }));
}

/** The function whose ARN an integration names, or the queue to whose path it leads. */
function partsBehind(uri: Route["uri"], placed: readonly PlacedPart[], arns: ArnIndex): string[] {
  const functions = arns.findAll(uri);
  if (functions.length > 0) return functions;
  return placed
    .filter(({ part, resource }) => part.kind === "queue" && uri.endsWith(`/${resource.outputs.name}`))
    .map(({ part }) => part.id);
}
