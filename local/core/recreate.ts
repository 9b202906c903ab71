import type { Cloud, Realizer } from "./service.ts";

/** Makes a service's resources anew, with the content that the program gives them. */
export async function recreate(cloud: Cloud, realize: Readonly<Record<string, Realizer>>): Promise<void> {
  for (const resource of cloud.resources()) {
    await realize[resource.type]?.create(resource);
  }
}
