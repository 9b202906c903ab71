/** Functions that a program calls while it is evaluated (`aws.getRegion()` and the like). */
import { UserError } from "../core/errors.ts";
import type { Properties, Resource } from "../core/graph.ts";
import type { World } from "../core/service.ts";
import { policyDocument } from "./policy-document.ts";
import type { Registry } from "./registry.ts";

/** What a call is made with. */
interface Context {
  /** As seen from the region of the provider. */
  readonly world: World;
  readonly registry: Registry;
  /** `<urn>::<id>` of the provider given explicitly; empty for the default one. */
  readonly provider: string;
}

export interface Answer {
  readonly properties: Properties;
  /** Names of the properties that are secret. */
  readonly secrets: readonly string[];
}

type Invoke = (args: Properties, context: Context) => Properties;

const ZONES = ["a", "b", "c"];

const INVOKES: Readonly<Record<string, Invoke>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_args, { world }) => ({
    id: world.account,
    accountId: world.account,
    arn: `arn:aws:iam::${world.account}:user/local`,
    userId: "AIDALOCALCLOUD0000000",
  }),
  "aws:index/getRegion:getRegion": (args, { world }) => {
    const region = String(args.region ?? args.name ?? world.region);
    return { id: region, region, name: region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
  },
  "aws:index/getPartition:getPartition": () => ({
    id: "aws",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": ({ excludeNames, ...args }, { world }) => {
    const excluded = Array.isArray(excludeNames) ? excludeNames : [];
    const letters = ZONES.filter((letter) => !excluded.includes(`${world.region}${letter}`));
    return {
      ...args,
      id: world.region,
      region: world.region,
      names: letters.map((letter) => `${world.region}${letter}`),
      zoneIds: letters.map((letter) => zoneId(world.region, letter)),
      groupNames: [`${world.region}-zg-1`],
    };
  },
  "aws:index/getAvailabilityZone:getAvailabilityZone": (args, { world }) => {
    const letter = ZONES.find((zone) =>
      [`${world.region}${zone}`, zoneId(world.region, zone)].includes(String(args.name ?? args.zoneId)),
    );
    if (!letter) throw new UserError(`aws.getAvailabilityZone: there is no such zone in ${world.region}.`);
    return {
      ...args,
      id: `${world.region}${letter}`,
      name: `${world.region}${letter}`,
      nameSuffix: letter,
      region: world.region,
      zoneId: zoneId(world.region, letter),
      zoneType: "availability-zone",
      state: "available",
      optInStatus: "opt-in-not-required",
      groupName: `${world.region}-zg-1`,
      groupLongName: world.region,
      networkBorderGroup: world.region,
      parentZoneId: "",
      parentZoneName: "",
    };
  },
  "aws:index/getBillingServiceAccount:getBillingServiceAccount": () => ({
    id: "386209384616",
    arn: "arn:aws:iam::386209384616:root",
  }),
  "aws:index/getArn:getArn": ({ arn }) => {
    const [prefix, partition, service, region, account, ...resource] = String(arn).split(":");
    if (prefix !== "arn" || resource.length === 0)
      throw new UserError(`aws.getArn: not an ARN: ${String(arn)}`);
    return { id: arn, arn, partition, service, region, account, resource: resource.join(":") };
  },
  "aws:index/getServicePrincipal:getServicePrincipal": (args, { world }) => ({
    id: `${String(args.serviceName)}.${world.region}.amazonaws.com`,
    name: `${String(args.serviceName)}.amazonaws.com`,
    serviceName: args.serviceName,
    suffix: "amazonaws.com",
    region: world.region,
  }),
  "aws:index/getDefaultTags:getDefaultTags": (_args, { registry, provider }) => ({
    id: "aws",
    tags: registry.defaultTags(provider),
  }),
  "aws:iam/getPolicyDocument:getPolicyDocument": policyDocument,
  "pulumi:pulumi:getResource": ({ urn }, { registry }) => {
    const resource = registry.get(String(urn));
    if (!resource) throw new UserError(`There is no resource ${String(urn)}.`);
    return { urn, id: resource.id, state: resource.outputs };
  },
};

/** Properties of looked-up resources that AWS's provider marks as secret. */
const SECRETS: ReadonlySet<string> = new Set(["value", "secretString", "secretBinary"]);

/**
 * Answers a function call: from the table above, or from the resources that the program registered before
 * (`aws.ssm.getParameter({ name })` finds the `aws.ssm.Parameter` of that name).
 * @throws UserError naming the function, when neither has an answer
 */
export function answerInvoke(name: string, args: Properties, context: Context): Answer {
  const invoke = Object.hasOwn(INVOKES, name) ? INVOKES[name] : undefined;
  if (invoke) return { properties: invoke(args, context), secrets: [] };
  const resource = lookUp(name, args, context.registry);
  return {
    properties: { ...resource.outputs, ...args, id: resource.id },
    secrets: Object.keys(resource.outputs).filter((output) => SECRETS.has(output)),
  };
}

/** `aws:ssm/getParameter:getParameter` asks for an `aws:ssm/parameter:Parameter` whose outputs agree with the arguments. */
function lookUp(name: string, args: Properties, registry: Registry): Resource {
  const kind = /^aws:([^/]+)\/get([A-Z]\w*):get\2$/.exec(name);
  const [, module, noun = ""] = kind ?? [];
  const type = `aws:${module}/${noun.charAt(0).toLowerCase()}${noun.slice(1)}:${noun}`;
  const candidates = kind ? registry.all().filter((resource) => resource.type === type) : [];
  if (candidates.length === 0)
    throw new UserError(
      `The local cloud cannot answer ${name}: it does not know the function, and the program has created nothing before that it could ask for.`,
    );
  const wanted = { ...args, ...secretArn(args, registry) };
  const found = candidates.find((resource) => agrees(resource, wanted));
  if (!found)
    throw new UserError(
      `${name} found no resource with ${JSON.stringify(args)} among those of this program.`,
    );
  return found;
}

/** Whether all arguments that the resource has too are equal there, and there is such an argument. */
function agrees(resource: Resource, args: Properties): boolean {
  const own: Properties = { ...resource.outputs, id: resource.id };
  const common = Object.keys(args).filter(
    (name) => typeof args[name] === "string" && own[name] !== undefined,
  );
  return common.length > 0 && common.every((name) => own[name] === args[name]);
}

/** A secret may be asked for by its name where resources refer to it by ARN. */
function secretArn(args: Properties, registry: Registry): Properties {
  const secrets = registry.all().filter(({ type }) => type === "aws:secretsmanager/secret:Secret");
  const named = secrets.find(({ outputs }) => outputs.name === args.secretId);
  return named ? { secretId: named.id } : {};
}

/** `eu-west-1` and `a` make `euw1-az1`. */
function zoneId(region: string, letter: string): string {
  const [area = "", direction = "", number = ""] = region.split("-");
  const short = direction.replace(
    /(north|south|central)?(east|west)?/,
    (_all, first = "", second = "") => `${first.charAt(0)}${second.charAt(0)}`,
  );
  return `${area}${short}${number}-az${ZONES.indexOf(letter) + 1}`;
}
