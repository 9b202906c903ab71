/**
 * Amazon SES (API v2): e-mails to anybody, captured instead of sent. Not supported: SES's first API, raw and templated
 * messages; configuration sets are recorded only. https://docs.aws.amazon.com/ses/latest/APIReference-V2/
 */
import type { ServiceDefinition } from "../../core/service.ts";
import { Identities } from "./identities.ts";
import { answerer } from "./operations.ts";
import { outputs } from "./outputs.ts";

export const ses: ServiceDefinition = {
  name: "ses",
  signingNames: ["ses"],
  protocol: "rest-json",
  outputs,
  create: (cloud) => ({ realize: {}, call: answerer(cloud, new Identities(cloud)) }),
};
