/** Pulumi's resource monitor: takes the registrations of a program and answers as the engine would after deploying them. */
import callbacks from "@pulumi/pulumi/proto/callback_pb.js";
import messages, {
  type ReadResourceRequest,
  type ReadResourceResponse,
  type RegisterResourceRequest,
  type RegisterResourceResponse,
  type ResourceInvokeRequest,
  type ResourceInvokeResponse,
} from "@pulumi/pulumi/proto/resource_pb.js";
import type { Message } from "google-protobuf";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import { UserError } from "../core/errors.ts";
import type { Resource } from "../core/graph.ts";
import { aliasSpecOf } from "./aliases.ts";
import { answerInvoke } from "./invokes.ts";
import type { Registry } from "./registry.ts";
import { Transforms } from "./transforms.ts";
import { decode, encode } from "./values.ts";

const FEATURES = messages.ResourceMonitorFeature;

/** What this monitor can do, and the name that older SDKs have for it. */
const SUPPORTED: ReadonlyMap<number, string> = new Map([
  [FEATURES.RESOURCE_MONITOR_FEATURE_SECRETS, "secrets"],
  [FEATURES.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES, "resourceReferences"],
  [FEATURES.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES, "outputValues"],
  [FEATURES.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS, "aliasSpecs"],
  [FEATURES.RESOURCE_MONITOR_FEATURE_DELETED_WITH, "deletedWith"],
  [FEATURES.RESOURCE_MONITOR_FEATURE_REPLACE_WITH, "replaceWith"],
  [FEATURES.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER, "replacementTrigger"],
  [FEATURES.RESOURCE_MONITOR_FEATURE_TRANSFORMS, "transforms"],
  [FEATURES.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS, "invokeTransforms"],
  [FEATURES.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON, "invokeDependsOn"],
  [FEATURES.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION, "parameterization"],
  // Announced so that a program that has hooks is told that they are not supported here, rather than to update Pulumi.
  [FEATURES.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS, "resourceHooks"],
  [FEATURES.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS, "errorHooks"],
]);

export interface MonitorOptions {
  readonly registry: Registry;
  /** The program's folder. */
  readonly folder: string;
  /** Told of what the program cannot mend by catching: it has no valid graph. */
  readonly onFailure: (error: UserError) => void;
}

/** A method of the `ResourceMonitor` service: request and answer are messages as they are sent. */
export type MonitorMethod = (request: Uint8Array) => Promise<Uint8Array>;

/** The methods of the `ResourceMonitor` service by name, and what ends with the program. */
export interface Monitor {
  readonly methods: Readonly<Record<string, MonitorMethod>>;
  close(): void;
}

interface Context extends MonitorOptions {
  readonly transforms: Transforms;
}

export function createMonitor(options: MonitorOptions): Monitor {
  const transforms = new Transforms();
  const context = { ...options, transforms };
  return {
    methods: { ...resourceMethods(context), ...callMethods(context), ...deploymentMethods() },
    close: () => transforms.close(),
  };
}

function resourceMethods(context: Context): Monitor["methods"] {
  const { registry, folder, onFailure } = context;
  const must = <Request>(type: RequestType<Request>, method: (request: Request) => Answer) =>
    unary(type, method, onFailure);
  return {
    registerResource: must(messages.RegisterResourceRequest, (request) => register(request, context)),
    registerResourceOutputs: must(messages.RegisterResourceOutputsRequest, (request) => {
      const { properties, secrets } = decode(request.getOutputs(), folder, "keep");
      registry.registerOutputs(request.getUrn(), properties, secrets);
      return new empties.Empty();
    }),
    readResource: must(messages.ReadResourceRequest, (request) => read(request, registry)),
    existsResource: unary(messages.ExistsResourceRequest, (request) => {
      const found = registry.find(request.getType(), request.getId());
      return new messages.ExistsResourceResponse().setExists(found !== undefined);
    }),
    registerResourceHook: must(messages.RegisterResourceHookRequest, (request) => {
      throw unsupported("resource hooks", request.getName());
    }),
    registerErrorHook: must(messages.RegisterErrorHookRequest, (request) => {
      throw unsupported("error hooks", request.getName());
    }),
  };
}

function callMethods(context: Context): Monitor["methods"] {
  const { transforms } = context;
  return {
    invoke: unary(messages.ResourceInvokeRequest, (request) => invoke(request, context)),
    call: unary(messages.ResourceCallRequest, (request) => {
      throw unsupported("methods of components that a plugin implements", request.getTok());
    }),
    registerStackTransform: unary(callbacks.Callback, (callback) => {
      transforms.addForStack(callback);
      return new empties.Empty();
    }),
    registerStackInvokeTransform: unary(callbacks.Callback, (callback) => {
      transforms.addForInvokes(callback);
      return new empties.Empty();
    }),
  };
}

function deploymentMethods(): Monitor["methods"] {
  return {
    getDeploymentInfo: unary(empties.Empty, () =>
      new messages.DeploymentInfo().setSupportedfeaturesList([...SUPPORTED.keys()]),
    ),
    supportsFeature: unary(messages.SupportsFeatureRequest, (request) =>
      new messages.SupportsFeatureResponse().setHassupport([...SUPPORTED.values()].includes(request.getId())),
    ),
    registerPackage: unary(messages.RegisterPackageRequest, (request) => {
      const name = request.getParameterization()?.getName() ?? request.getName();
      return new messages.RegisterPackageResponse().setRef(`${name}@${request.getVersion()}`);
    }),
    signalAndWaitForShutdown: unary(empties.Empty, () => new empties.Empty()),
  };
}

interface RequestType<Request> {
  deserializeBinary(bytes: Uint8Array): Request;
}

type Answer = Message | Promise<Message>;

/** Turns a function into a method. */
function unary<Request>(
  type: RequestType<Request>,
  method: (request: Request) => Answer,
  onFailure?: (error: UserError) => void,
): MonitorMethod {
  return async (bytes) => {
    try {
      const answer = await method(type.deserializeBinary(bytes));
      return answer.serializeBinary();
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      onFailure?.(failure instanceof UserError ? failure : new UserError(failure.stack ?? failure.message));
      throw failure;
    }
  };
}

function unsupported(feature: string, name: string): UserError {
  return new UserError(`The local cloud does not support ${feature} (${name}).`);
}

async function register(
  request: RegisterResourceRequest,
  { registry, transforms, folder }: Context,
): Promise<RegisterResourceResponse> {
  await transforms.applyToResource(request);
  const custom = request.getCustom();
  const { properties, secrets } = decode(request.getObject(), folder, custom ? "drop" : "keep");
  const propertyDependencies: Record<string, readonly string[]> = {};
  request.getPropertydependenciesMap().forEach((urns, name) => {
    propertyDependencies[name] = urns.getUrnsList();
  });
  const resource = registry.register({
    type: request.getType(),
    name: request.getName(),
    custom,
    parent: request.getParent() || undefined,
    inputs: properties,
    secretInputs: secrets,
    dependencies: request.getDependenciesList(),
    propertyDependencies,
    protect: request.getProtect() ?? false,
    remote: request.getRemote(),
    provider: request.getProvider(),
    importId: request.getImportid(),
    aliasSpecs: [
      ...request.getAliasurnsList().map((urn) => ({ urn })),
      ...request.getAliasesList().map(aliasSpecOf),
    ],
  });
  transforms.addForResource(resource.urn, request.getTransformsList(), request.getParent());
  return new messages.RegisterResourceResponse()
    .setUrn(resource.urn)
    .setId(resource.id)
    .setObject(state(resource, request.getAdditionalsecretoutputsList()));
}

function read(request: ReadResourceRequest, registry: Registry): ReadResourceResponse {
  if (request.getType() === "pulumi:pulumi:StackReference")
    throw unsupported("references to other stacks", request.getId());
  const { urn, resource } = registry.read(
    request.getType(),
    request.getName(),
    request.getId(),
    request.getParent() || undefined,
  );
  return new messages.ReadResourceResponse()
    .setUrn(urn)
    .setProperties(state(resource, request.getAdditionalsecretoutputsList()));
}

/** Outputs for the program: what was secret going in is secret coming out. */
function state(resource: Resource, additionalSecrets: readonly string[]): ReturnType<typeof encode> {
  return encode(resource.outputs, new Set([...resource.secretInputs, ...additionalSecrets]));
}

async function invoke(
  request: ResourceInvokeRequest,
  { registry, transforms, folder }: Context,
): Promise<ResourceInvokeResponse> {
  await transforms.applyToInvoke(request);
  const { properties } = decode(request.getArgs(), folder, "drop");
  const provider = request.getProvider();
  const world = registry.worldOf(provider, properties.region);
  const answer = answerInvoke(request.getTok(), properties, { world, registry, provider });
  return new messages.ResourceInvokeResponse().setReturn(encode(answer.properties, new Set(answer.secrets)));
}
