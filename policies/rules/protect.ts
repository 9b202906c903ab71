/** What Pulumi must not destroy. */
import { PRODUCTION, type Rule, resourceRule, unless } from "../rule.ts";
import { BUCKET, CLUSTER, KEY, SECRET, TABLE } from "./types.ts";

export const protect: readonly Rule[] = [
  resourceRule(
    {
      id: "protect-data",
      what: "Pulumi does not destroy or replace what holds data.",
      why: "A renamed component would take the data along; with protection the deployment stops.",
      remedy: "Give the resource the option protect.",
      ...PRODUCTION,
      types: [
        TABLE,
        BUCKET,
        CLUSTER,
        SECRET,
        KEY,
        "aws:cloudwatch/eventArchive:EventArchive",
        "aws:cognito/userPool:UserPool",
        "random:index/randomBytes:RandomBytes",
        "random:index/randomPassword:RandomPassword",
      ],
    },
    (resource) => unless(resource.data.protect, "is not protected"),
  ),
];
