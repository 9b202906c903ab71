import type * as pulumi from "@pulumi/pulumi";

/** One statement of an IAM policy: explicit actions on exact ARNs. */
export interface PolicyStatement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, pulumi.Input<string> | readonly pulumi.Input<string>[]>>>
  >;
}

/**
 * What one component hands another so that it can be used: the value of an environment variable and the IAM
 * statements that go with it. Made by the data component (`table.link("read")`), taken by `AlarmedFunction`
 * (`links: { TASKS_TABLE: table.link("read") }`), which sets the variable and grants the statements to its role.
 */
export interface Link {
  /** The value of the environment variable: a name, URL or ARN, never a secret. */
  readonly value: pulumi.Input<string>;
  readonly statements: readonly PolicyStatement[];
}
