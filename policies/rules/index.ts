/** All rules, by family. */
import type { Rule } from "../rule.ts";
import { apiGateway } from "./api-gateway.ts";
import { lambda } from "./lambda.ts";

export const rules: readonly Rule[] = [
  apiGateway, //
  lambda,
].flat();
