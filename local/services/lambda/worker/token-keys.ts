/** Public keys of user pools, which verifiers of tokens fetch from AWS by the issuer's address. */
import http from "node:http";
import https from "node:https";

const PATTERN = /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com\/([^/?#]+\/\.well-known\/[^/?#]+)$/;

/**
 * Lets `fetch`, and `node:https` where it is given an address, find them in the local cloud, as the name of the host would
 * lead to AWS there. Other addresses stay.
 * @param endpoint base URL of the local cloud
 */
export function serveTokenKeys(endpoint: string): void {
  const local = (address: string): string | undefined => {
    const [, path] = PATTERN.exec(address) ?? [];
    return path === undefined ? undefined : `${endpoint}/_aws/cognito-idp/${path}`;
  };
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) =>
    fetch(local(input instanceof Request ? input.url : String(input)) ?? input, init);
  for (const name of ["request", "get"] as const) {
    const served = new Proxy(https[name], {
      apply(original, self, [address, ...others]: unknown[]) {
        const isAddress = typeof address === "string" || address instanceof URL;
        const here = isAddress ? local(String(address)) : undefined;
        if (here === undefined) return Reflect.apply(original, self, [address, ...others]);
        return Reflect.apply(http[name], http, [here, ...others]);
      },
    });
    Object.assign(https, { [name]: served });
  }
}
