/**
 * Transforms: functions of the program that change resources and calls before they are carried out. They run in the
 * program's process, which offers them under a token on a gRPC server of its own.
 * https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/
 */
import type { CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callbackMessages, { type Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import messages, {
  type RegisterResourceRequest,
  type ResourceInvokeRequest,
  type TransformResourceOptions,
} from "@pulumi/pulumi/proto/resource_pb.js";

export class Transforms {
  readonly #ofStack: Callback[] = [];
  readonly #ofInvokes: Callback[] = [];
  readonly #ofResources = new Map<
    string,
    { readonly callbacks: readonly Callback[]; readonly parent: string }
  >();
  readonly #clients = new Map<string, Promise<CallbacksClient>>();

  /** Adds a transform for all resources registered from now on. */
  addForStack(callback: Callback): void {
    this.#ofStack.push(callback);
  }

  /** Adds a transform for all function calls made from now on. */
  addForInvokes(callback: Callback): void {
    this.#ofInvokes.push(callback);
  }

  /** Remembers a resource's own transforms, which hold for its children too. */
  addForResource(urn: string, callbacks: readonly Callback[], parent: string): void {
    this.#ofResources.set(urn, { callbacks, parent });
  }

  /** Applies all transforms that concern a resource to its request: its own, then its parents', then the stack's. */
  async applyToResource(request: RegisterResourceRequest): Promise<void> {
    const callbacks = [...request.getTransformsList()];
    for (let urn = request.getParent(); urn !== ""; urn = this.#ofResources.get(urn)?.parent ?? "")
      callbacks.push(...(this.#ofResources.get(urn)?.callbacks ?? []));
    callbacks.push(...this.#ofStack);
    for (const callback of callbacks) {
      const question = new messages.TransformRequest()
        .setType(request.getType())
        .setName(request.getName())
        .setCustom(request.getCustom())
        .setParent(request.getParent())
        .setProperties(request.getObject())
        .setOptions(optionsOf(request));
      const reply = await this.#call(callback, question.serializeBinary());
      const answer = messages.TransformResponse.deserializeBinary(reply);
      if (answer.hasProperties()) request.setObject(answer.getProperties());
      setOptions(request, answer.getOptions());
    }
  }

  /** Applies the transforms of function calls to a call's arguments. */
  async applyToInvoke(request: ResourceInvokeRequest): Promise<void> {
    for (const callback of this.#ofInvokes) {
      const options = new messages.TransformInvokeOptions()
        .setProvider(request.getProvider())
        .setVersion(request.getVersion());
      const question = new messages.TransformInvokeRequest()
        .setToken(request.getTok())
        .setArgs(request.getArgs())
        .setOptions(options);
      const reply = await this.#call(callback, question.serializeBinary());
      const answer = messages.TransformInvokeResponse.deserializeBinary(reply);
      if (answer.hasArgs()) request.setArgs(answer.getArgs());
      request.setProvider(answer.getOptions()?.getProvider() ?? request.getProvider());
    }
  }

  /** Ends the connections to the program. */
  close(): void {
    for (const connecting of this.#clients.values()) void connecting.then((client) => client.close());
  }

  async #call(callback: Callback, question: Uint8Array): Promise<Uint8Array> {
    const target = callback.getTarget();
    const connecting = this.#clients.get(target) ?? connect(target);
    this.#clients.set(target, connecting);
    const client = await connecting;
    const request = new callbackMessages.CallbackInvokeRequest();
    request.setToken(callback.getToken());
    request.setRequest(question);
    return new Promise((resolve, reject) => {
      client.invoke(request, (error, response) => {
        if (error) reject(new Error(error.details));
        else resolve(response.getResponse_asU8());
      });
    });
  }
}

/** Few programs have transforms: gRPC is loaded for those that do. */
async function connect(target: string): Promise<CallbacksClient> {
  const { credentials } = await import("@grpc/grpc-js");
  const { default: services } = await import("@pulumi/pulumi/proto/callback_grpc_pb.js");
  return new services.CallbacksClient(target, credentials.createInsecure());
}

function optionsOf(request: RegisterResourceRequest): TransformResourceOptions {
  const options = new messages.TransformResourceOptions()
    .setDependsOnList(request.getDependenciesList())
    .setIgnoreChangesList(request.getIgnorechangesList())
    .setVersion(request.getVersion())
    .setAliasesList(request.getAliasesList())
    .setProvider(request.getProvider())
    .setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList())
    .setDeletedWith(request.getDeletedwith())
    .setImport(request.getImportid());
  if (request.hasProtect()) options.setProtect(request.getProtect() ?? false);
  request.getProvidersMap().forEach((provider, name) => {
    options.getProvidersMap().set(name, provider);
  });
  return options;
}

/** Takes over the options that the graph keeps. */
function setOptions(request: RegisterResourceRequest, options: TransformResourceOptions | undefined): void {
  if (!options) return;
  request.setDependenciesList(options.getDependsOnList());
  request.setProvider(options.getProvider());
  request.setAdditionalsecretoutputsList(options.getAdditionalSecretOutputsList());
  if (options.hasProtect()) request.setProtect(options.getProtect() ?? false);
}
