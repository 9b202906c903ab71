// Pulumi's host of policy packs puts a TypeScript compiler of its own before every .ts file that it loads itself. From here
// on Node loads: it strips the types, as it does for the program.
import "./pack.ts";
