import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Frees what a thread took for a while and does not need any more: V8 looks for it only when more is asked for. */
export function giveMemoryBack(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
}
