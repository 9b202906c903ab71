/** Where a database is: in Parameter Store, where `RelationalDatabase` publishes it. */
import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { clientSettings } from "./aws-client.ts";
import { type Remembered, remembered } from "./remembered.ts";

/** What a call of the Data API needs. The password itself is read by AWS, which asks whether the caller may. */
export interface DatabaseSettings {
  readonly resourceArn: string;
  readonly secretArn: string;
  readonly database: string;
}

/** Names of the parameters below the database's path. */
const NAMES = { resourceArn: "cluster-arn", secretArn: "secret-arn", database: "name" } as const;

/** @param path such as `/andamio/dev/fleet/database` */
export function rememberedSettings(path: string): Remembered<DatabaseSettings> {
  const client = new SSMClient(clientSettings(2000));
  return remembered(async () => {
    const names = Object.values(NAMES).map((name) => `${path}/${name}`);
    const { Parameters = [] } = await client.send(new GetParametersCommand({ Names: names }));
    const textOf = (name: string): string => {
      const value = Parameters.find(({ Name }) => Name === `${path}/${name}`)?.Value;
      if (value === undefined) throw new Error(`The parameter ${path}/${name} is missing`);
      return value;
    };
    return {
      resourceArn: textOf(NAMES.resourceArn),
      secretArn: textOf(NAMES.secretArn),
      database: textOf(NAMES.database),
    };
  });
}
