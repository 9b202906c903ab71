/** PartiQL statements: what they do, and to which table. */
import { AwsError } from "../../core/errors.ts";
import type { Permission } from "../../core/service.ts";
import { tableNameOf } from "./arns.ts";
import type { TableFacts } from "./permissions.ts";

/** What a statement begins with, and the table and index that follow. */
const STATEMENTS = [
  { action: "PartiQLInsert", start: /^\s*INSERT\s+INTO\s+/i },
  { action: "PartiQLUpdate", start: /^\s*UPDATE\s+/i },
  { action: "PartiQLDelete", start: /^\s*DELETE\s+FROM\s+/i },
  { action: "PartiQLSelect", start: /^\s*(?:SELECT|EXISTS\s*\()[\s\S]*?\sFROM\s+/i },
] as const;

const TARGET = /^(?:"([^"]+)"|([\w.:/-]+?))(?:\.(?:"([^"]+)"|([\w-]+)))?(?=[\s();]|$)/;

export interface StatementTarget {
  readonly action: (typeof STATEMENTS)[number]["action"];
  readonly tableName: string;
  readonly indexName?: string;
}

/** @throws AwsError ValidationException for what is not one of the four statements */
export function statementTarget(statement: string): StatementTarget {
  for (const { action, start } of STATEMENTS) {
    const beginning = start.exec(statement)?.[0];
    if (beginning === undefined) continue;
    const [, quoted, plain, quotedIndex, plainIndex] = TARGET.exec(statement.slice(beginning.length)) ?? [];
    const table = quoted ?? plain;
    const indexName = quotedIndex ?? plainIndex;
    if (table === undefined) continue;
    return { action, tableName: tableNameOf(table), ...(indexName === undefined ? {} : { indexName }) };
  }
  throw new AwsError("ValidationException", "Statement wasn't well formed, can't be processed");
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html */
export function statementPermissions(
  { Statement }: Readonly<Record<string, unknown>>,
  facts: TableFacts,
): Permission[] {
  const { action, tableName, indexName } = statementTarget(String(Statement ?? ""));
  const table = facts.tableArn(tableName);
  return [
    {
      action: `dynamodb:${action}`,
      resource: indexName === undefined ? table : `${table}/index/${indexName}`,
    },
  ];
}
