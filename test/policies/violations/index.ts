/** For each rule a change that violates it, and nothing else. */
import { apiGateway } from "./api-gateway.ts";
import { lambda } from "./lambda.ts";
import type { Mutation } from "./mutation.ts";

export const mutations: readonly Mutation[] = [
  apiGateway, //
  lambda,
].flat();
