import { expect } from "chai";
import { Problem } from "../../../handlers/shared/problem.ts";

/** Expects that work fails with a problem of this status, and answers the problem. */
export async function problemOf(work: () => unknown, status: number): Promise<Problem> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.status, error.message).to.equal(status);
    return error;
  }
  throw new Error(`There was no problem; ${status} was expected`);
}
