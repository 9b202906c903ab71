/**
 * Metrics that functions write as log lines.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { CloudWatchApi } from "../../core/apis.ts";

interface Directive {
  readonly Namespace?: unknown;
  /** Sets of names of members. */
  readonly Dimensions?: unknown;
  readonly Metrics?: unknown;
}

type Members = Readonly<Record<string, unknown>>;

/** Records the metrics of a line, when it has some: each of its metrics under each of its sets of dimensions. */
export function recordEmbeddedMetrics(cloudwatch: CloudWatchApi, line: string): void {
  if (!line.includes('"_aws"') || !line.includes('"CloudWatchMetrics"')) return;
  const members = parse(line);
  const directives = listOf((members._aws as { CloudWatchMetrics?: unknown } | undefined)?.CloudWatchMetrics);
  for (const directive of directives as Directive[]) {
    const sets = listOf(directive.Dimensions).map((names) => dimensionsOf(members, listOf(names)));
    for (const { Name, Unit } of listOf(directive.Metrics) as { Name: string; Unit?: string }[]) {
      const values = [members[Name]].flat().filter((value) => typeof value === "number");
      for (const dimensions of sets.length > 0 ? sets : [{}]) {
        for (const value of values)
          cloudwatch.record(String(directive.Namespace), Name, dimensions, value, Unit);
      }
    }
  }
}

function dimensionsOf(members: Members, names: readonly unknown[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [String(name), String(members[String(name)])]));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A line that only looks like embedded metrics has none. */
function parse(line: string): Members {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Members) : {};
  } catch {
    return {};
  }
}
