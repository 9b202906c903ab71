import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import type { Link } from "./link.ts";
import type { Mistake } from "./mistakes.ts";
import { refuseMistakes } from "./mistakes.ts";
import { policyDocument, tlsOnly } from "./policy.ts";

export interface SecretArgs {
  readonly defaults: StackDefaults;
  /** What it opens, and who issued it. */
  readonly description: string;
  /** The secret itself, from the stack's configuration; exactly one of this and the two below is given. */
  readonly value?: pulumi.Input<string>;
  /** Number of random bytes to make the secret from, base64-encoded, such as 32 for a signing key; made once. */
  readonly randomBytes?: number;
  /** A function writes the secret: it is unknown to Pulumi, and in none of its states. */
  readonly writtenByFunction?: true;
}

/** Fewer can be guessed; Secrets Manager takes 64 KB, of which no key needs a hundredth. */
const RANDOM_BYTES = { minimum: 16, maximum: 512 };

/** Days in which a deleted secret can be restored; the most that AWS allows. */
const RECOVERY_DAYS = 30;

/**
 * A credential in Secrets Manager. Functions get its ARN and read it when they need it, never its value.
 *
 * Creates: the secret, its first version (with `randomBytes` the bytes too, with
 * `writtenByFunction` none) and a policy that refuses calls without
 * TLS and that nobody can replace by a public one. In production it is protected and can be restored for 30 days.
 *
 *     const key = new Secret("service-key", { defaults, description: "Key of the classifier.", value: settings.serviceKey });
 *     new AlarmedFunction("worker", { links: { SERVICE_KEY_ARN: key.link("read") }, … });
 */
export class Secret extends Component {
  readonly secret: aws.secretsmanager.Secret;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: SecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Secret", name, {}, opts);
    refuseMistakes(`Secret "${name}"`, mistakesIn(args));
    const parent = { parent: this };
    const { production } = args.defaults;
    this.secret = new aws.secretsmanager.Secret(
      `${name}-secret`,
      { description: args.description, recoveryWindowInDays: production ? RECOVERY_DAYS : 0 },
      { ...parent, protect: production },
    );
    if (!args.writtenByFunction) {
      new aws.secretsmanager.SecretVersion(
        `${name}-version`,
        { secretId: this.secret.id, secretString: valueFor(name, args, parent) },
        parent,
      );
    }
    new aws.secretsmanager.SecretPolicy(
      `${name}-policy`,
      {
        secretArn: this.secret.arn,
        policy: policyDocument([tlsOnly("secretsmanager:*", this.secret.arn)]),
        blockPublicPolicy: true,
      },
      parent,
    );
    this.registerOutputs({ secret: this.secret });
  }

  /** What a reader needs: the secret's ARN, and the permission to get its value. */
  link(_access: "read"): Link {
    const { arn } = this.secret;
    return {
      value: arn,
      statements: [{ Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: arn }],
    };
  }
}

function valueFor(
  name: string,
  { value, randomBytes, defaults }: SecretArgs,
  parent: { readonly parent: Secret },
): pulumi.Output<string> {
  if (value !== undefined) return pulumi.secret(value);
  const opts = { ...parent, protect: defaults.production };
  const bytes = new random.RandomBytes(
    `${name}-bytes`,
    { length: randomBytes ?? RANDOM_BYTES.minimum },
    opts,
  );
  return pulumi.secret(bytes.base64);
}

function mistakesIn({ value, randomBytes, writtenByFunction }: SecretArgs): Mistake[] {
  if ([value, randomBytes, writtenByFunction].filter((given) => given !== undefined).length !== 1) {
    const reason = "or randomBytes or writtenByFunction must be given, and one only";
    return [{ propertyPath: "value", reason }];
  }
  if (value === "") return [{ propertyPath: "value", reason: "is empty" }];
  if (randomBytes === undefined) return [];
  const { minimum, maximum } = RANDOM_BYTES;
  if (Number.isInteger(randomBytes) && randomBytes >= minimum && randomBytes <= maximum) return [];
  return [{ propertyPath: "randomBytes", reason: `is ${randomBytes}; give ${minimum} to ${maximum}` }];
}
