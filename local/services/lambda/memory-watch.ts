/**
 * Ends functions that exceed their memory, before the process of the local cloud runs out of it.
 *
 * V8's own limit of a worker cannot do it alone: when the heap grows fast (a large array or map), V8 ends the whole
 * process instead of the worker. So V8's limit is far above the function's, and the heap is looked at meanwhile.
 * V8 collects garbage lazily below its limit; therefore only twice the function's memory counts as exceeded.
 */
import type { Worker } from "node:worker_threads";

const INTERVAL_MILLISECONDS = 50;
const BYTES_PER_MEGABYTE = 1024 * 1024;
/** How much a heap may grow between two looks. */
const HEADROOM_MEGABYTES = 1536;
const TOLERANCE = 2;

/** V8's limit for a function's worker. */
export function hardLimitMegabytes(memoryMegabytes: number): number {
  return TOLERANCE * memoryMegabytes + HEADROOM_MEGABYTES;
}

export class MemoryWatch {
  /** What to do with each busy worker when it exceeds its limit in bytes. */
  readonly #busy = new Map<Worker, { limit: number; exceeded: () => void }>();
  #timer: NodeJS.Timeout | undefined;

  /** @param exceeded called when the worker has more than the function's memory */
  begin(worker: Worker, memoryMegabytes: number, exceeded: () => void): void {
    this.#busy.set(worker, { limit: TOLERANCE * memoryMegabytes * BYTES_PER_MEGABYTE, exceeded });
    // Memory grows in real time, whatever the cloud's clock says.
    this.#timer ??= setInterval(() => this.#look(), INTERVAL_MILLISECONDS).unref();
  }

  end(worker: Worker): void {
    this.#busy.delete(worker);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    if (this.#busy.size === 0) this.stop();
    for (const [worker, { limit, exceeded }] of this.#busy) {
      worker.getHeapStatistics().then(
        (heap) => {
          if (this.#busy.has(worker) && heap.used_heap_size + heap.external_memory > limit) exceeded();
        },
        // The worker has ended meanwhile.
        () => undefined,
      );
    }
  }
}
