/** Where the recipe of a deployed file stands; what recipes are says deploy/recipes.ts. */
import { existsSync } from "node:fs";

export function recipeFileOf(file: string): string {
  return `${file}.build.json`;
}

/** Whether a file is made from its recipe once it is needed. */
export function isMadeLater(file: string): boolean {
  return !existsSync(file) && existsSync(recipeFileOf(file));
}
