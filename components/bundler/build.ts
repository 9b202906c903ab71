import type { BuildContext, BuildFailure, BuildOptions, Plugin } from "esbuild";
import { context } from "esbuild";
import { builtinsPlugin } from "./builtins-plugin.ts";
import { schemaPlugin } from "./schema-plugin.ts";
import { sdkPlugin } from "./sdk-plugin.ts";

/** The module that Lambda loads, and modules it may import that are no files. */
export interface Source {
  /** Source text of a module; its imports are resolved from the project root. */
  readonly main: string;
  /** Source texts by name; a name begins with `virtual:`. */
  readonly modules?: Readonly<Record<string, string>>;
}

/** A bundle, and the files it was made from, relative to the project root. */
export interface Bundle {
  readonly code: Uint8Array;
  readonly inputs: readonly string[];
}

/** What all bundles have in common. Nothing in it depends on the machine, the time or the place of the project. */
const OPTIONS = {
  bundle: true,
  write: false,
  metafile: true,
  format: "esm",
  platform: "node",
  target: "node24",
  // The ES modules of packages: esbuild can leave out what is not used of them.
  mainFields: ["module", "main"],
  minify: true,
  // One character beyond ASCII, and Node.js would keep and compile the whole of it as twice as many bytes.
  charset: "ascii",
  legalComments: "none",
  sourcemap: false,
  define: {
    "process.env.NODE_ENV": '"production"',
    // CommonJS packages may look at them; ES modules do not have them.
    __dirname: "import.meta.dirname",
    __filename: "import.meta.filename",
  },
  // A project's own compiler options say how it is checked, not what runs.
  tsconfigRaw: {},
  logLevel: "silent",
} as const satisfies BuildOptions;

/**
 * Bundles a module for Lambda: one minified ES module with everything it uses.
 * @param subject what is bundled, for messages
 * @throws Error saying what was refused, and where
 */
export function build(root: string, subject: string, source: Source): Promise<Bundle> {
  return workshopOf(root).build(subject, source);
}

/** Keeps what was parsed of a project's files as long as the process lives, for one that makes bundles again and again. */
export function keepParsed(root: string): void {
  workshopOf(root).isKept = true;
}

function workshopOf(root: string): Workshop {
  const workshop = workshops.get(root) ?? new Workshop(root);
  workshops.set(root, workshop);
  return workshop;
}

const workshops = new Map<string, Workshop>();

/**
 * Makes bundles of one project one after the other, so that a file of a package that many of them use is parsed once.
 * (Bundled together, with several entry points, the bytes of each bundle would depend on which others are made.)
 */
class Workshop {
  readonly #root: string;
  readonly #context: Promise<BuildContext<typeof OPTIONS>>;
  #source: Source = { main: "" };
  readonly #schemaInputs = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** Whether it stays when there is nothing to make. */
  isKept = false;

  constructor(root: string) {
    this.#root = root;
    const source = sourcePlugin(root, () => this.#source);
    const schemas = schemaPlugin(root, this.#schemaInputs);
    const plugins = [source, schemas, builtinsPlugin, sdkPlugin];
    this.#context = context({ ...OPTIONS, absWorkingDir: root, entryPoints: ["virtual:main"], plugins });
  }

  build(subject: string, source: Source): Promise<Bundle> {
    this.#waiting++;
    const bundle = this.#last.then(() => this.#make(subject, source));
    this.#last = bundle.catch(() => undefined).then(() => this.#finish());
    return bundle;
  }

  async #make(subject: string, source: Source): Promise<Bundle> {
    this.#source = source;
    this.#schemaInputs.clear();
    const builder = await this.#context;
    const { outputFiles, metafile } = await builder.rebuild().catch((error: BuildFailure) => {
      throw new Error(`${subject} cannot be bundled:\n${describe(error)}`);
    });
    const code = outputFiles[0]?.contents ?? new Uint8Array();
    // Modules that are no files have names such as `builtin:fs`.
    const files = Object.keys(metafile.inputs).filter((path) => !/^[a-z-]+:/.test(path));
    return { code, inputs: [...new Set([...files, ...this.#schemaInputs])].sort() };
  }

  /** What was parsed is kept while there is more to make. */
  async #finish(): Promise<void> {
    this.#waiting--;
    if (this.#waiting > 0 || this.isKept) return;
    workshops.delete(this.#root);
    await (await this.#context).dispose();
  }
}

function sourcePlugin(root: string, current: () => Source): Plugin {
  return {
    name: "source",
    setup(build) {
      build.onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: "source" }));
      build.onLoad({ filter: /.*/, namespace: "source" }, ({ path }) => {
        const { main, modules } = current();
        return { contents: path === "virtual:main" ? main : modules?.[path], resolveDir: root, loader: "js" };
      });
    },
  };
}

/** Places in modules that are no files would tell nobody anything. */
function describe({ errors }: BuildFailure): string {
  return errors
    .map(({ text, location }) => {
      const isFile = location && !location.file.startsWith("source:");
      return isFile ? `  ${location.file}:${location.line}: ${text}` : `  ${text}`;
    })
    .join("\n");
}
