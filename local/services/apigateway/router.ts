/**
 * From a path and a method to the method of a resource. Literal segments go before `{name}`, and `{name}` before
 * `{name+}`, from left to right. The resource is chosen by the path alone; a method that it lacks is not looked for
 * elsewhere. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
 */

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  parameter: Node<T> | undefined;
  greedy: Node<T> | undefined;
  /** By HTTP method, when a resource ends here. */
  readonly methods: Map<string, T>;
  /** Names of the resource's parameters, in the order of the path. */
  names: readonly string[];
}

export interface Match<T> {
  readonly route: T;
  /** Parameters as they stand in the path, percent-encoded, as REST APIs pass them on; null when there are none. */
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

/** What `ANY` stands for. */
const ANY_METHODS = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);

/** How a kind of API differs from REST APIs, which is the default. */
export interface RouterOptions {
  /** A path whose routes lack the method does not match, and a wider one is tried: HTTP APIs. */
  readonly byMethod: boolean;
  /** A slash at the end of the request's path counts: HTTP APIs. */
  readonly strictSlash: boolean;
}

export class Router<T> {
  readonly #root: Node<T> = newNode();
  readonly #options: RouterOptions;

  constructor(options: RouterOptions = { byMethod: false, strictSlash: false }) {
    this.#options = options;
  }

  /** @param path of a resource, such as `/tasks/{id}` or `/files/{proxy+}` */
  add(path: string, httpMethod: string, route: T): void {
    const names: string[] = [];
    let node = this.#root;
    for (const segment of segmentsOf(path)) {
      const name = /^\{([^}]+)\}$/.exec(segment)?.[1];
      if (name === undefined) node = literalChild(node, segment);
      else {
        names.push(name.replace(/\+$/, ""));
        node = name.endsWith("+") ? greedyChild(node) : parameterChild(node);
      }
    }
    node.names = names;
    node.methods.set(httpMethod.toUpperCase(), route);
  }

  /** @param path of the request without stage */
  match(path: string, httpMethod: string): Match<T> | undefined {
    const { byMethod, strictSlash } = this.#options;
    const values: string[] = [];
    const routeOf = ({ methods }: Node<T>): T | undefined =>
      methods.get(httpMethod) ?? (ANY_METHODS.has(httpMethod) ? methods.get("ANY") : undefined);
    const accepts = (node: Node<T>): boolean =>
      byMethod ? routeOf(node) !== undefined : node.methods.size > 0;
    const segments =
      strictSlash && path.endsWith("/") && path !== "/" ? [...segmentsOf(path), ""] : segmentsOf(path);
    const node = find({ segments, accepts, values }, this.#root, 0);
    if (!node) return undefined;
    const route = routeOf(node);
    return route === undefined ? undefined : { route, pathParameters: named(node.names, values) };
  }
}

function newNode<T>(): Node<T> {
  return { literals: new Map(), parameter: undefined, greedy: undefined, methods: new Map(), names: [] };
}

function literalChild<T>(node: Node<T>, segment: string): Node<T> {
  const existing = node.literals.get(segment);
  if (existing) return existing;
  const child = newNode<T>();
  node.literals.set(segment, child);
  return child;
}

function parameterChild<T>(node: Node<T>): Node<T> {
  node.parameter ??= newNode();
  return node.parameter;
}

function greedyChild<T>(node: Node<T>): Node<T> {
  node.greedy ??= newNode();
  return node.greedy;
}

function segmentsOf(path: string): string[] {
  const end = path.endsWith("/") ? path.length - 1 : path.length;
  return end <= 1 ? [] : path.slice(1, end).split("/");
}

interface Search<T> {
  readonly segments: readonly string[];
  /** Whether the way may end here. */
  readonly accepts: (node: Node<T>) => boolean;
  /** The parameters of the way taken. */
  readonly values: string[];
}

/** Depth first in order of precedence. */
function find<T>(search: Search<T>, node: Node<T>, index: number): Node<T> | undefined {
  const { segments, accepts, values } = search;
  const segment = segments[index];
  if (segment === undefined) return accepts(node) ? node : undefined;
  const literal = node.literals.get(segment);
  const byLiteral = literal && find(search, literal, index + 1);
  if (byLiteral) return byLiteral;
  if (node.parameter && segment !== "") {
    values.push(segment);
    const byParameter = find(search, node.parameter, index + 1);
    if (byParameter) return byParameter;
    values.pop();
  }
  if (!node.greedy || !accepts(node.greedy)) return undefined;
  values.push(segments.slice(index).join("/"));
  return node.greedy;
}

function named(names: readonly string[], values: readonly string[]): Readonly<Record<string, string>> | null {
  if (names.length === 0) return null;
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
}
