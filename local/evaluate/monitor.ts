/** Pulumi's resource monitor: takes the registrations of a program and answers as the engine would after deploying them. */
import { type handleUnaryCall, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import type { CallResponse } from "@pulumi/pulumi/proto/provider_pb.js";
import messages, {
  type ExistsResourceRequest,
  type ReadResourceRequest,
  type ReadResourceResponse,
  type RegisterErrorHookRequest,
  type RegisterPackageRequest,
  type RegisterResourceHookRequest,
  type RegisterResourceOutputsRequest,
  type RegisterResourceRequest,
  type RegisterResourceResponse,
  type ResourceCallRequest,
  type ResourceInvokeRequest,
  type ResourceInvokeResponse,
  type SupportsFeatureRequest,
} from "@pulumi/pulumi/proto/resource_pb.js";
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

/** The methods of the `ResourceMonitor` service, and what ends with the program. */
export interface Monitor {
  readonly methods: UntypedServiceImplementation;
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

function resourceMethods(context: Context): UntypedServiceImplementation {
  const { registry, folder, onFailure } = context;
  const must = <Request, Response>(method: (request: Request) => Response | Promise<Response>) =>
    unary(method, onFailure);
  return {
    registerResource: must((request: RegisterResourceRequest) => register(request, context)),
    registerResourceOutputs: must((request: RegisterResourceOutputsRequest) => {
      const { properties, secrets } = decode(request.getOutputs(), folder, "keep");
      registry.registerOutputs(request.getUrn(), properties, secrets);
      return new empties.Empty();
    }),
    readResource: must((request: ReadResourceRequest) => read(request, registry)),
    existsResource: unary((request: ExistsResourceRequest) => {
      const found = registry.find(request.getType(), request.getId());
      return new messages.ExistsResourceResponse().setExists(found !== undefined);
    }),
    registerResourceHook: must((request: RegisterResourceHookRequest): never => {
      throw unsupported("resource hooks", request.getName());
    }),
    registerErrorHook: must((request: RegisterErrorHookRequest): never => {
      throw unsupported("error hooks", request.getName());
    }),
  };
}

function callMethods(context: Context): UntypedServiceImplementation {
  const { transforms } = context;
  return {
    invoke: unary((request: ResourceInvokeRequest) => invoke(request, context)),
    call: unary((request: ResourceCallRequest): CallResponse => {
      throw unsupported("methods of components that a plugin implements", request.getTok());
    }),
    registerStackTransform: unary((callback: Callback) => {
      transforms.addForStack(callback);
      return new empties.Empty();
    }),
    registerStackInvokeTransform: unary((callback: Callback) => {
      transforms.addForInvokes(callback);
      return new empties.Empty();
    }),
  };
}

function deploymentMethods(): UntypedServiceImplementation {
  return {
    getDeploymentInfo: unary(() =>
      new messages.DeploymentInfo().setSupportedfeaturesList([...SUPPORTED.keys()]),
    ),
    supportsFeature: unary((request: SupportsFeatureRequest) =>
      new messages.SupportsFeatureResponse().setHassupport([...SUPPORTED.values()].includes(request.getId())),
    ),
    registerPackage: unary((request: RegisterPackageRequest) => {
      const name = request.getParameterization()?.getName() ?? request.getName();
      return new messages.RegisterPackageResponse().setRef(`${name}@${request.getVersion()}`);
    }),
    signalAndWaitForShutdown: unary(() => new empties.Empty()),
  };
}

/** Turns a function into a gRPC method. Errors reach the program as the text of their message. */
function unary<Request, Response>(
  method: (request: Request) => Response | Promise<Response>,
  onFailure?: (error: UserError) => void,
): handleUnaryCall<Request, Response> {
  return async ({ request }, reply) => {
    try {
      reply(null, await method(request));
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      onFailure?.(failure instanceof UserError ? failure : new UserError(failure.stack ?? failure.message));
      reply({ code: status.INVALID_ARGUMENT, details: failure.message });
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
