/** What AWS would return for Parameter Store's resources. */
import { arn, physicalName } from "../../core/names.ts";
import type { OutputsOf, World } from "../../core/service.ts";

/** Key of SecureString parameters that name none. */
export const DEFAULT_KEY = "alias/aws/ssm";

/** The same with and without a slash before the name. */
export function parameterArn(world: World, name: string): string {
  return arn(world, "ssm", `parameter${name.startsWith("/") ? "" : "/"}${name}`);
}

const parameter: OutputsOf = (resource, world) => {
  const { inputs } = resource;
  const name = physicalName(resource);
  const isSecure = inputs.type === "SecureString";
  const value = inputs.value ?? inputs.insecureValue;
  return {
    id: name,
    arn: parameterArn(world, name),
    name,
    version: 1,
    tier: inputs.tier ?? "Standard",
    dataType: inputs.dataType ?? "text",
    keyId: inputs.keyId ?? (isSecure ? DEFAULT_KEY : ""),
    hasValueWo: inputs.valueWo !== undefined,
    ...(value === undefined ? {} : { value, ...(isSecure ? {} : { insecureValue: value }) }),
  };
};

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:ssm/parameter:Parameter": parameter,
};
