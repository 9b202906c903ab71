/** Public keys of user pools, which verifiers of tokens fetch from AWS by the issuer's address. */

const PATTERN = /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com\/([^/?#]+\/\.well-known\/[^/?#]+)$/;

/**
 * Lets `fetch` find them in the local cloud, as the name of the host would lead to AWS there. Other addresses stay.
 * @param endpoint base URL of the local cloud
 */
export function serveTokenKeys(endpoint: string): void {
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const [, path] = PATTERN.exec(url) ?? [];
    return fetch(path === undefined ? input : `${endpoint}/_aws/cognito-idp/${path}`, init);
  };
}
