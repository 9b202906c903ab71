/** Stand-ins for the outside world: modules of the program that answer HTTP on the local cloud's own port. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { pathToFileURL } from "node:url";
import { UserError } from "../core/errors.ts";

export const STAND_IN_PATH = "/_local/stand-ins";

export class StandIns {
  readonly #listeners = new Map<string, RequestListener>();

  /**
   * Loads the modules.
   * @throws UserError when a module has no function as its default export
   */
  async load(modules: ReadonlyMap<string, string>): Promise<void> {
    for (const [name, path] of modules) {
      const module: { default?: unknown } = await import(pathToFileURL(path).href);
      if (typeof module.default !== "function") {
        throw new UserError(`Stand-in ${name} (${path}) needs a default export: (request, response) => void`);
      }
      this.#listeners.set(name, module.default as RequestListener);
    }
  }

  /** Hands a request over to its stand-in, which sees the path below its base URL. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const [name = "", ...rest] = (request.url ?? "").slice(STAND_IN_PATH.length + 1).split("/");
    const listener = this.#listeners.get(name);
    if (!listener) {
      response.writeHead(404, { "content-type": "text/plain" }).end(`There is no stand-in named ${name}\n`);
      return;
    }
    request.url = `/${rest.join("/")}`;
    listener(request, response);
  }
}
