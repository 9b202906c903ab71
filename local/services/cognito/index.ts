/**
 * Amazon Cognito: user pools and identity pools. https://docs.aws.amazon.com/cognito/latest/developerguide/
 *
 * Tokens name the issuer that AWS would name and are signed with keys of this run. The keys are served under
 * `/_aws/cognito-idp/<poolId>/.well-known/jwks.json`. Not here, and refused by name: MFA, custom challenges, user migration,
 * message and sender triggers, passkeys, the hosted pages with OAuth flows; federation with other providers.
 */
import { join } from "node:path";
import type { CognitoApi } from "../../core/apis.ts";
import { answerJson } from "../../core/protocol.ts";
import { recreate } from "../../core/recreate.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { adminOperations } from "./admin-operations.ts";
import { Authentication } from "./authentication.ts";
import { identityOperations } from "./identity-pools.ts";
import { outputs } from "./outputs.ts";
import { signInPerson } from "./people.ts";
import { Pools } from "./pools.ts";
import { realizers } from "./realize.ts";
import { selfOperations } from "./self-operations.ts";
import { signUpOperations } from "./sign-up.ts";
import { serveWellKnown } from "./well-known.ts";

export const cognito: ServiceDefinition = {
  name: "cognito",
  signingNames: ["cognito-idp", "cognito-identity"],
  protocol: "json",
  outputs,
  create: createService,
};

function createService(cloud: Cloud): Service {
  const file = cloud.dataFolder === undefined ? undefined : join(cloud.dataFolder, "cognito.json");
  const pools = new Pools(cloud, file);
  const userPoolTable = {
    ...signUpOperations(pools),
    ...new Authentication(pools).operations(),
    ...selfOperations(pools),
    ...adminOperations(pools),
  };
  const identityTable = identityOperations(pools);
  const api: CognitoApi = {
    keysOf: (issuer) => {
      const poolId = pools.poolOfIssuer(issuer);
      return poolId === undefined ? undefined : [pools.keyOf(poolId).publicKey];
    },
    signInPerson: (person) => signInPerson(pools, person),
  };
  const realize = realizers(pools);
  return {
    api,
    realize,
    reset: () => {
      pools.removeUsers();
      return recreate(cloud, realize);
    },
    request: async (request, response) => serveWellKnown(pools, request, response),
    call: (call) => {
      const isIdentity = call.headers["x-amz-target"]?.startsWith("AWSCognitoIdentityService.") === true;
      return answerJson("cognito", isIdentity ? identityTable : userPoolTable, call);
    },
  };
}
