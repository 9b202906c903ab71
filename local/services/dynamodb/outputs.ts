/** What AWS would return for DynamoDB's resource types. */
import { UserError } from "../../core/errors.ts";
import type { RegisteredResource } from "../../core/graph.ts";
import { arn, hexToken, physicalName, token } from "../../core/names.ts";
import type { Outputs, OutputsOf } from "../../core/service.ts";

const HASH_DIGITS = 8;
const YEAR_MILLISECONDS = 365 * 24 * 60 * 60 * 1_000;

const table: OutputsOf = (resource, world) => {
  const name = physicalName(resource);
  const tableArn = arn(world, "dynamodb", `table/${name}`);
  const { streamEnabled, streamViewType, billingMode } = resource.inputs;
  const label = streamEnabled === true ? streamLabel(tableArn, String(streamViewType ?? "")) : "";
  return {
    id: name,
    name,
    arn: tableArn,
    billingMode: billingMode ?? "PROVISIONED",
    streamArn: label === "" ? "" : `${tableArn}/stream/${label}`,
    streamLabel: label,
  };
};

/** AWS labels a stream with the time of its creation, and a new stream with a new one; so does this, reproducibly. */
function streamLabel(tableArn: string, viewType: string): string {
  const offset = Number.parseInt(hexToken(`${tableArn} ${viewType}`, HASH_DIGITS), 16) % YEAR_MILLISECONDS;
  return new Date(Date.UTC(2025, 0, 1) + offset).toISOString().slice(0, -1);
}

const tableItem: OutputsOf = ({ inputs, urn }) => ({
  id: [inputs.tableName, inputs.hashKey, token(urn, 8)].join("|"),
});

const resourcePolicy: OutputsOf = ({ inputs, urn }) => ({
  id: String(inputs.resourceArn),
  revisionId: hexToken(`${urn} ${JSON.stringify(inputs.policy)}`, 32),
});

function refused(type: string, instead: string): OutputsOf {
  return (resource: RegisteredResource): Outputs => {
    throw new UserError(
      `The local cloud does not support ${type} (resource ${resource.name}): ${instead}. It works on AWS.`,
    );
  };
}

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:dynamodb/table:Table": table,
  "aws:dynamodb/tableItem:TableItem": tableItem,
  "aws:dynamodb/resourcePolicy:ResourcePolicy": resourcePolicy,
  "aws:dynamodb/globalTable:GlobalTable": refused(
    "aws:dynamodb/globalTable:GlobalTable",
    "it has one region only",
  ),
};
