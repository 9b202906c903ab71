/** The one reader of what stands below `paths` in an OpenAPI document. */

type Paths<Operation> = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** All that is known of a document that somebody else wrote. */
export interface AnyDocument {
  readonly paths?: Paths<Readonly<Record<string, unknown>>>;
}

/** An operation and where it is. */
export interface LocatedOperation<Operation = Readonly<Record<string, unknown>>> {
  /** In capitals; `ANY` when API Gateway hands on every method. */
  readonly method: string;
  readonly path: string;
  /** Such as `GET /tasks/{id}`. */
  readonly route: string;
  readonly operation: Operation;
}

const ANY = "x-amazon-apigateway-any-method";

/** Browsers' preflight requests, `options`, are nothing that clients ask for. */
const METHODS = new Set(["get", "put", "post", "patch", "delete", "head", ANY]);

/** All operations of a document, in its order; none when it has no paths. */
export function operationsOf<Operation>(document: {
  readonly paths?: Paths<Operation>;
}): LocatedOperation<Operation>[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, operations]) =>
    Object.entries(operations ?? {})
      .filter(([name]) => METHODS.has(name))
      .map(([name, operation]) => {
        const method = name === ANY ? "ANY" : name.toUpperCase();
        return { method, path, route: `${method} ${path}`, operation };
      }),
  );
}
