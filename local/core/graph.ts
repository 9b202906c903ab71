/** The resource graph: what a Pulumi program registered, with every output known. */

/** A file of an archive: on disk, or its text. */
export interface Asset {
  readonly kind: "asset";
  /** Absolute path of the file; exactly one of `path` and `text` is set. */
  readonly path?: string;
  readonly text?: string;
}

/** A set of files: a folder or zip file on disk (`path`), or named members. */
export interface Archive {
  readonly kind: "archive";
  /** Absolute path of a folder or of a zip file; exactly one of `path` and `assets` is set. */
  readonly path?: string;
  readonly assets?: { readonly [name: string]: Asset | Archive };
}

/** A property of a resource: JSON, assets and archives. Secrets are unwrapped. */
export type Value = null | boolean | number | string | Asset | Archive | readonly Value[] | Properties;

export interface Properties {
  readonly [name: string]: Value | undefined;
}

/** A resource as the program registered it, before its outputs are known. */
export interface RegisteredResource {
  /** `urn:pulumi:<stack>::<project>::<parent types$type>::<name>` */
  readonly urn: string;
  /** Type token, such as `aws:lambda/function:Function`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** False for component resources. */
  readonly custom: boolean;
  /** URN of the parent; undefined for the stack itself. */
  readonly parent?: string;
  readonly inputs: Properties;
  /** Names of the inputs that hold secrets. */
  readonly secretInputs: readonly string[];
  /** URNs of all resources this one depends on. */
  readonly dependencies: readonly string[];
  /** URNs per input. */
  readonly propertyDependencies: { readonly [input: string]: readonly string[] };
  readonly protect: boolean;
  /** URNs that it may have had before. */
  readonly aliases?: readonly string[];
}

/** A resource with everything AWS would return for it. */
export interface Resource extends RegisteredResource {
  readonly id: string;
  /** Inputs and computed outputs together, as a Pulumi program sees them on the resource. */
  readonly outputs: Properties;
}

export interface StackOutput {
  readonly value: Value;
  readonly secret: boolean;
}

export interface Graph {
  readonly project: string;
  readonly stack: string;
  /** In the order of registration: a resource stands behind all that it depends on. */
  readonly resources: readonly Resource[];
  /** The stack's outputs. */
  readonly outputs: { readonly [name: string]: StackOutput };
}

/** All resources of one type. */
export function resourcesOf(graph: Graph, type: string): Resource[] {
  return graph.resources.filter((resource) => resource.type === type);
}
