/** Tokens of the people whom `local-cloud.yaml` names. */
import type { PersonTokens } from "../core/apis.ts";
import type { Cloud } from "../core/service.ts";
import type { LocalSettings } from "../deploy/settings.ts";
import { type Question, Refusal } from "./question.ts";

/**
 * A token of one of these, or with `user` in the body of another person like them; a name without a host gets theirs.
 * @throws Refusal 400 when the body is not right, 404 when nobody of that name is known
 */
export async function signInUser(
  { name, body }: Question,
  users: LocalSettings["users"],
  { services }: Cloud,
): Promise<PersonTokens> {
  const person = Object.hasOwn(users, name) ? users[name] : undefined;
  if (person === undefined) {
    const known = Object.keys(users).join(", ") || "nobody";
    throw new Refusal(`local-cloud.yaml names no user ${name}; it names ${known}.`, 404);
  }
  const { user } = await body();
  if (user === undefined) return services.cognito.signInPerson(person);
  if (typeof user !== "string" || !/^[^\s@]+(@[^\s@]+)?$/.test(user))
    throw new Refusal('The body must read like { "user": "ana@example.com" }, or be left out.');
  const host = person.username.includes("@") ? person.username.slice(person.username.indexOf("@")) : "";
  return services.cognito.signInPerson({ ...person, username: user.includes("@") ? user : user + host });
}
