/** A cluster of the local cloud, and the handlers' own clients to reach it with. */
import {
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import type { AppSecret } from "../../../handlers/database/app-secret.ts";
import { openAppSecret } from "../../../handlers/database/app-secret.ts";
import type { Credentials } from "../../../handlers/database/users.ts";
import { openDatabase } from "../../../handlers/shared/database.ts";
import { connect, type Database } from "../../../handlers/shared/database-connection.ts";
import { SqlError } from "../../../handlers/shared/database-errors.ts";
import type { LambdaApi } from "../../../local/core/apis.ts";
import type { Properties } from "../../../local/core/graph.ts";
import { rds } from "../../../local/services/rds/index.ts";
import { secretsmanager } from "../../../local/services/secretsmanager/index.ts";
import { ssm } from "../../../local/services/ssm/index.ts";
import { DataCloud } from "../../local/support/data-cloud.ts";
import { eventually } from "../../support/eventually.ts";

export const PATH = "/shop/test/fleet/database";

const ROTATION_FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:rotate";

/** A database that is the first on a machine with much to do takes longer to start than functions wait. */
const PATIENT = { waitMilliseconds: 20_000, statementMilliseconds: 45_000 };

export class DatabaseCloud {
  readonly cloud: DataCloud;
  readonly clusterArn: string;
  readonly masterSecretArn: string;
  readonly appSecretArn: string;
  readonly #before: string | undefined;

  private constructor(cloud: DataCloud, arns: readonly string[], before: string | undefined) {
    this.cloud = cloud;
    const [clusterArn = "", masterSecretArn = "", appSecretArn = ""] = arns;
    this.clusterArn = clusterArn;
    this.masterSecretArn = masterSecretArn;
    this.appSecretArn = appSecretArn;
    this.#before = before;
  }

  /** @param folder where the databases are; removed by the caller */
  static async start(folder: string, cluster: Properties = {}): Promise<DatabaseCloud> {
    const cloud = await DataCloud.start([rds, secretsmanager, ssm], folder);
    const before = process.env.AWS_ENDPOINT_URL;
    process.env.AWS_ENDPOINT_URL = cloud.world.endpoint;
    const { outputs } = await cloud.declare("aws:rds/cluster:Cluster", "fleet", {
      databaseName: "fleet",
      masterUsername: "fleet_owner",
      manageMasterUserPassword: true,
      enableHttpEndpoint: true,
      ...cluster,
    });
    const secret = await cloud.declare("aws:secretsmanager/secret:Secret", "login");
    const [master] = outputs.masterUserSecrets as unknown as readonly { readonly secretArn: string }[];
    const arns = [String(outputs.arn), master?.secretArn ?? "", String(secret.outputs.arn)];
    const made = new DatabaseCloud(cloud, arns, before);
    await made.#letSecretsManagerInvoke();
    await made.publish("cluster-arn", made.clusterArn);
    await made.publish("secret-arn", made.appSecretArn);
    await made.publish("name", "fleet");
    await made.master.one("SELECT 1 AS one");
    return made;
  }

  publish(name: string, value: string): Promise<unknown> {
    const inputs = { name: `${PATH}/${name}`, type: "String", value };
    return this.cloud.declare("aws:ssm/parameter:Parameter", name, inputs);
  }

  /** Begins a rotation as Secrets Manager does, and leaves the steps to the test. @returns the new version's id */
  async beginRotation(): Promise<string> {
    const client = new SecretsManagerClient(this.cloud.asUser);
    const before = this.#failures().length;
    const { VersionId = "" } = await client.send(
      new RotateSecretCommand({
        SecretId: this.appSecretArn,
        RotationLambdaARN: ROTATION_FUNCTION,
        RotationRules: { AutomaticallyAfterDays: 30 },
      }),
    );
    // The version is there, and the function has failed.
    await eventually(() => {
      if (this.#failures().length <= before) throw new Error("The rotation has not begun");
    });
    return VersionId;
  }

  /** Gives up a rotation. */
  async dropRotation(versionId: string): Promise<void> {
    const client = new SecretsManagerClient(this.cloud.asUser);
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: this.appSecretArn,
        VersionStage: "AWSPENDING",
        RemoveFromVersionId: versionId,
      }),
    );
  }

  /** Whether these credentials are let in. */
  async letsIn(credentials: Credentials): Promise<boolean> {
    const secret = await this.cloud.declare("aws:secretsmanager/secret:Secret", "probe");
    const [secretId, secretString] = [String(secret.outputs.arn), JSON.stringify(credentials)];
    await this.cloud.declare("aws:secretsmanager/secretVersion:SecretVersion", "probe", {
      secretId,
      secretString,
    });
    return this.#as(secretId)
      .one("SELECT 1 AS one")
      .then(
        () => true,
        (error: unknown) => {
          if (error instanceof SqlError && error.sqlState === "28P01") return false;
          throw error;
        },
      );
  }

  get master(): Database {
    return this.#as(this.masterSecretArn);
  }

  get app(): Database {
    return openDatabase(PATH);
  }

  get secret(): AppSecret {
    return openAppSecret(this.appSecretArn);
  }

  get administration() {
    const { master, secret } = this;
    return { master, secret, app: this.#as(this.appSecretArn), appUser: "fleet_app" };
  }

  async stop(): Promise<void> {
    if (this.#before === undefined) delete process.env.AWS_ENDPOINT_URL;
    else process.env.AWS_ENDPOINT_URL = this.#before;
    await this.cloud.stop();
  }

  /** The function fails at once: the test does its work. */
  async #letSecretsManagerInvoke(): Promise<void> {
    await this.cloud.declare("aws:lambda/permission:Permission", "rotate", {
      action: "lambda:InvokeFunction",
      function: ROTATION_FUNCTION,
      principal: "secretsmanager.amazonaws.com",
      sourceArn: this.appSecretArn,
    });
    const invoke: LambdaApi["invoke"] = async () => ({ payload: "{}", functionError: "Unhandled" });
    Object.assign(this.cloud.apis.lambda, { invoke });
  }

  #failures() {
    return this.cloud.log.filter(({ message }) => message.includes("createSecret answered"));
  }

  #as(secretArn: string): Database {
    const settings = { resourceArn: this.clusterArn, database: "fleet", secretArn };
    const read = async () => settings;
    return connect({ read, refresh: read }, PATIENT);
  }
}
