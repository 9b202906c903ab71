/** Which names the endpoint answers to. */

const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * Whether a request means this machine. A page of the web can have its own name point to 127.0.0.1 (DNS rebinding) and so
 * reach what listens here; its requests then have that name as their Host.
 */
export function isForThisMachine(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK.test(host);
}
