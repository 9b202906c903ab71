import * as pulumi from "@pulumi/pulumi";

/** A mistake in a component's arguments: where it is, and what is wrong or would be right. */
export interface Mistake {
  /** Such as `routes["GET /tasks"].timeoutSeconds`. */
  readonly propertyPath: string;
  readonly reason: string;
}

/**
 * Refuses a component's arguments when there are mistakes in them, all at once.
 * @param component kind and name, such as `RestApi "tasks-api"`
 * @throws pulumi.InputPropertiesError
 */
export function refuseMistakes(component: string, mistakes: readonly Mistake[]): void {
  if (mistakes.length === 0) return;
  throw new pulumi.InputPropertiesError({
    message: `${component}: ${mistakes.map(({ propertyPath, reason }) => `${propertyPath} ${reason}`).join("; ")}`,
    errors: [...mistakes],
  });
}
