/** Links that the wiring of a stack tells: mappings, subscriptions, rules, schedules, integrations, addresses. */
import { type Graph, type Properties, resourcesOf } from "../../local/core/graph.ts";
import type { Link, Part } from "./architecture.ts";
import type { ArnIndex } from "./arns.ts";
import type { Kind } from "./kinds.ts";
import type { PlacedPart } from "./parts.ts";
import { parsed, record, textsIn } from "./properties.ts";

/** Links, and parts at their ends that are no resources. */
export interface Wiring {
  readonly links: readonly Link[];
  readonly parts: readonly Part[];
}

/** From and to; nothing is drawn when one of them is no part. */
type Ends = readonly [from: string | undefined, to: string | undefined];

interface Lookup {
  readonly graph: Graph;
  readonly arns: ArnIndex;
  /** Id of the part of this kind whose resource has this id. */
  byId(kind: Kind, id: unknown): string | undefined;
}

/** Resources that do nothing but link two parts. */
const CONNECTIONS: Readonly<Record<string, (inputs: Properties, lookup: Lookup) => Ends[]>> = {
  "aws:lambda/eventSourceMapping:EventSourceMapping": ({ eventSourceArn, functionName }, { arns, byId }) => [
    [arns.find(String(eventSourceArn)), arns.find(String(functionName)) ?? byId("function", functionName)],
  ],
  "aws:sns/topicSubscription:TopicSubscription": ({ topic, endpoint }, { arns }) => [
    [arns.find(String(topic)), arns.find(String(endpoint))],
  ],
  "aws:cloudwatch/eventTarget:EventTarget": ({ rule, arn }, lookup) =>
    sourcesOf(rule, lookup).map((source) => [source, lookup.arns.find(String(arn))]),
  "aws:s3/bucketNotification:BucketNotification": ({ bucket, ...targets }, { arns, byId }) =>
    textsIn(targets).map(({ text }) => [byId("bucket", bucket), arns.find(text)]),
  "aws:apigatewayv2/integration:Integration": ({ apiId, integrationUri }, { arns, byId }) =>
    arns.findAll(String(integrationUri)).map((to) => [byId("api", apiId), to]),
};

/** Kinds whose resources name the parts that they start. */
const STARTERS: readonly Kind[] = ["api", "schedule", "users", "workflow"];

/** All links that are no matter of permissions. */
export function wiringOf(graph: Graph, placed: readonly PlacedPart[], arns: ArnIndex): Wiring {
  const ids = new Map(placed.map(({ part, resource }) => [`${part.kind}:${resource.id}`, part.id]));
  const lookup: Lookup = { graph, arns, byId: (kind, id) => ids.get(`${kind}:${id}`) };
  const connected = graph.resources.flatMap(({ type, inputs }) => CONNECTIONS[type]?.(inputs, lookup) ?? []);
  const started = placed
    .filter(({ part }) => STARTERS.includes(part.kind))
    .flatMap(({ part, resource }) =>
      textsIn(resource.inputs).flatMap(({ text }) => arns.findAll(text).map((to): Ends => [part.id, to])),
    );
  const triggers = [...connected, ...started].flatMap(([from, to]): Link[] =>
    from === undefined || to === undefined ? [] : [{ from, to, sort: "triggers" }],
  );
  const subscribers = subscribersOf(graph, placed);
  const called = calledBy(placed);
  return {
    links: [...triggers, ...subscribers.links, ...called.links, ...tokensOf(placed)],
    parts: [...subscribers.parts, ...called.parts],
  };
}

/** Where the events of a rule come from: a bus of the program's, or buckets that its pattern names. */
function sourcesOf(rule: unknown, { graph, byId }: Lookup): (string | undefined)[] {
  const found = resourcesOf(graph, "aws:cloudwatch/eventRule:EventRule").find(
    ({ outputs }) => outputs.name === rule,
  );
  const bus = byId("bus", found?.inputs.eventBusName);
  if (bus !== undefined) return [bus];
  return textsIn(parsed(found?.inputs.eventPattern))
    .filter(({ path }) => path.join(".") === "detail.bucket.name")
    .map(({ text }) => byId("bucket", text));
}

/** People who get a topic's messages by e-mail. */
function subscribersOf(graph: Graph, placed: readonly PlacedPart[]): Wiring {
  const emails = resourcesOf(graph, "aws:sns/topicSubscription:TopicSubscription").filter(
    ({ inputs }) => inputs.protocol === "email",
  );
  const topics = placed.filter(({ resource }) =>
    emails.some(({ inputs }) => inputs.topic === resource.outputs.arn),
  );
  return {
    parts: topics.map(({ part, resource }) => ({
      ...part,
      id: `people:${resource.name}`,
      kind: "people",
      name: "subscribers",
    })),
    links: topics.map(({ part, resource }) => ({
      from: part.id,
      to: `people:${resource.name}`,
      sort: "triggers",
    })),
  };
}

/** Services outside AWS: variables of functions whose names end in `_URL`. What several systems call is part of none. */
function calledBy(placed: readonly PlacedPart[]): Wiring {
  const calls = placed.flatMap(({ part, resource }) =>
    variablesOf(resource.inputs).flatMap(([name, value]) => {
      const host = name.endsWith("_URL") && value.startsWith("https:") ? new URL(value).hostname : undefined;
      return host === undefined || host.endsWith(".amazonaws.com") ? [] : [{ part, host }];
    }),
  );
  const callers = [...Map.groupBy(calls, ({ host }) => host)];
  return {
    parts: callers.map(([host, [first, ...others]]) => ({
      id: `outside:${host}`,
      kind: "outside",
      name: host,
      system: others.every(({ part }) => part.system === first?.part.system) ? first?.part.system : undefined,
    })),
    links: calls.map(({ part, host }) => ({ from: part.id, to: `outside:${host}`, sort: "writes" })),
  };
}

/** Functions that know a user pool without a permission: they check its tokens with its public keys. */
function tokensOf(placed: readonly PlacedPart[]): Link[] {
  return placed
    .filter(({ part }) => part.kind === "users")
    .flatMap((pool) =>
      placed
        .filter(({ resource }) =>
          variablesOf(resource.inputs).some(([, value]) => value.includes(pool.resource.id)),
        )
        .map(({ part }) => ({ from: part.id, to: pool.part.id, sort: "reads" as const })),
    );
}

function variablesOf({ environment }: Properties): [name: string, value: string][] {
  return Object.entries(record(record(environment).variables)).map(([name, value]) => [name, String(value)]);
}
