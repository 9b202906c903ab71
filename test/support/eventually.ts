/** How often a condition is looked at. */
const INTERVAL_MILLISECONDS = 25;

/**
 * Waits until `attempt` neither throws nor rejects, and answers its result.
 * @param within bound in milliseconds; after it the last failure is thrown
 */
export async function eventually<T>(attempt: () => T | Promise<T>, within = 15_000): Promise<T> {
  const deadline = Date.now() + within;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MILLISECONDS));
    }
  }
}
