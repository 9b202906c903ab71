import { physicalName } from "../../core/names.ts";
import type { OutputsOf, World } from "../../core/service.ts";

export function identityArn(world: World, identity: string): string {
  return `arn:aws:ses:${world.region}:${world.account}:identity/${identity}`;
}

const emailIdentity: OutputsOf = ({ inputs }, world) => {
  const identity = String(inputs.emailIdentity);
  return {
    id: identity,
    arn: identityArn(world, identity),
    identityType: identity.includes("@") ? "EMAIL_ADDRESS" : "DOMAIN",
    // Nobody has to follow a link here; on AWS it is false until somebody did.
    verifiedForSendingStatus: true,
    verificationStatus: "SUCCESS",
  };
};

const configurationSet: OutputsOf = (resource, world) => {
  const name = String(resource.inputs.configurationSetName ?? physicalName(resource));
  const arn = `arn:aws:ses:${world.region}:${world.account}:configuration-set/${name}`;
  return { id: name, configurationSetName: name, arn };
};

/** By Pulumi type token. */
export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:sesv2/emailIdentity:EmailIdentity": emailIdentity,
  "aws:sesv2/configurationSet:ConfigurationSet": configurationSet,
};
