/** What verifiers of tokens fetch: the keys of a pool and what it says of itself. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { poolEndpoint } from "./outputs.ts";
import type { Pools } from "./pools.ts";

const PATH = /^\/_aws\/cognito-idp\/([^/]+)\/\.well-known\/(jwks\.json|openid-configuration)(?:\?|$)/;

/** https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html */
export function serveWellKnown(pools: Pools, request: IncomingMessage, response: ServerResponse): void {
  const [, poolId = "", document] = PATH.exec(request.url ?? "") ?? [];
  const isKnown = request.method === "GET" && pools.pools.has(poolId);
  const content = !isKnown
    ? { message: `There is no ${request.method} ${request.url}.` }
    : document === "jwks.json"
      ? { keys: [pools.keyOf(poolId).publicKey] }
      : configuration(pools, poolId);
  const body = JSON.stringify(content);
  response.writeHead(isKnown ? 200 : 404, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

function configuration({ cloud }: Pools, poolId: string) {
  return {
    id_token_signing_alg_values_supported: ["RS256"],
    issuer: `https://${poolEndpoint(poolId)}`,
    jwks_uri: `${cloud.world.endpoint}/_aws/cognito-idp/${poolId}/.well-known/jwks.json`,
    response_types_supported: ["code", "token"],
    scopes_supported: ["openid", "email", "phone", "profile"],
    subject_types_supported: ["public"],
  };
}
