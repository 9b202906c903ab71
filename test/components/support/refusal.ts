import * as pulumi from "@pulumi/pulumi";
import { record } from "./recorder.ts";

/** What a component says about wrong arguments: `path reason` of each mistake, and the message as a whole. */
export interface Refusal {
  readonly message: string;
  readonly mistakes: readonly string[];
}

/** Runs a program whose component must refuse its arguments. */
export async function refusalOf(program: () => unknown): Promise<Refusal> {
  try {
    await record(program);
  } catch (error) {
    if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
    const mistakes = (error.errors ?? []).map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);
    return { message: error.message, mistakes };
  }
  throw new Error("the arguments were not refused");
}
