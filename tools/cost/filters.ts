/** How much of what passes filters let through. */
import { type Graph, resourcesOf } from "../../local/core/graph.ts";
import type { Link } from "../diagram/architecture.ts";
import type { ArnIndex } from "../diagram/arns.ts";
import { type Found, textsIn } from "../diagram/properties.ts";
import { KINDS_OF_CHANGES } from "./assumptions.ts";

/** A way that takes only what has one of these values. */
interface Filter {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly values: readonly string[];
  /** Of how many that there are; undefined when the filters beside it tell. */
  readonly all?: number;
}

/** The share that goes from one part to another: 1 where nothing filters. */
export type Shares = (from: string, to: string) => number;

/** Where several filters stand side by side, each takes its share of the values that they name. */
export function sharesOf(graph: Graph, links: readonly Link[], arns: ArnIndex): Shares {
  const filters = [...ofStreams(graph, arns), ...ofTopics(graph, arns), ...ofRules(graph, links, arns)];
  return (from, to) => {
    const own = filters.filter((filter) => filter.from === from && filter.to === to);
    if (own.length === 0 || own.some(({ values }) => values.length === 0)) return 1;
    const named = new Set(filters.filter((filter) => filter.from === from).flatMap(({ values }) => values));
    const passing = new Set(own.flatMap(({ values }) => values));
    return passing.size / (own[0]?.all ?? named.size);
  };
}

function ofStreams(graph: Graph, arns: ArnIndex): Filter[] {
  return resourcesOf(graph, "aws:lambda/eventSourceMapping:EventSourceMapping")
    .filter(({ inputs }) => inputs.startingPosition !== undefined)
    .map(({ inputs: { eventSourceArn, functionName, filterCriteria } }) => ({
      from: arns.find(String(eventSourceArn)),
      to: arns.find(String(functionName)),
      values: valuesAt(filterCriteria, ({ path }) => path.at(-1) === "eventName"),
      all: KINDS_OF_CHANGES,
    }));
}

function ofTopics(graph: Graph, arns: ArnIndex): Filter[] {
  return resourcesOf(graph, "aws:sns/topicSubscription:TopicSubscription").map(
    ({ inputs: { topic, endpoint, filterPolicy } }) => ({
      from: arns.find(String(topic)),
      to: arns.find(String(endpoint)),
      values: valuesAt(filterPolicy, () => true),
    }),
  );
}

/** By types of events on a bus, by keys of objects in a bucket. */
function ofRules(graph: Graph, links: readonly Link[], arns: ArnIndex): Filter[] {
  const rules = resourcesOf(graph, "aws:cloudwatch/eventRule:EventRule");
  return resourcesOf(graph, "aws:cloudwatch/eventTarget:EventTarget").flatMap(({ inputs }) => {
    const to = arns.find(String(inputs.arn));
    const pattern = rules.find(({ outputs }) => outputs.name === inputs.rule)?.inputs.eventPattern;
    return links
      .filter((link) => link.to === to && /^(bus|bucket):/.test(link.from))
      .map(({ from }) => {
        const place = from.startsWith("bus:") ? "detail-type" : "key";
        return { from, to, values: valuesAt(pattern, ({ path }) => path.includes(place)) };
      });
  });
}

function valuesAt(filter: unknown, isMeant: (found: Found) => boolean): string[] {
  return textsIn(filter ?? {})
    .filter(isMeant)
    .map(({ text }) => text);
}
