import { createPublicKey, verify } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as idp from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { AwsError } from "../../local/core/errors.ts";
import type { Properties } from "../../local/core/graph.ts";
import { iam } from "../../local/services/iam/index.ts";
import { resourceOf } from "../support/fake-cloud.ts";
import { CognitoFixture, claimsOf } from "./support/cognito-cloud.ts";
import { proofOf, SRP_A } from "./support/srp-client.ts";

const PASSWORD = "Correct-horse-1";
const FLOWS = [
  "ALLOW_USER_PASSWORD_AUTH",
  "ALLOW_ADMIN_USER_PASSWORD_AUTH",
  "ALLOW_USER_SRP_AUTH",
  "ALLOW_REFRESH_TOKEN_AUTH",
];

describe("Cognito", () => {
  let fixture: CognitoFixture;
  let UserPoolId: string;
  let ClientId: string;

  beforeEach(async () => {
    fixture = await new CognitoFixture().start();
    await makePool({});
  });

  afterEach(() => fixture.stop());

  const makePool = async (inputs: Properties, client: Properties = {}) => {
    const pool = await fixture.put("UserPool", `people${fixture.resources.length}`, {
      ...{ usernameAttributes: ["email"], autoVerifiedAttributes: ["email"], ...inputs },
    });
    UserPoolId = pool.id;
    const made = await fixture.put("UserPoolClient", `app${fixture.resources.length}`, {
      ...{ userPoolId: UserPoolId, explicitAuthFlows: FLOWS, ...client },
    });
    ClientId = made.id;
  };

  const signUp = (email = "ana@example.com", Password = PASSWORD) =>
    fixture.sdk.send(
      new idp.SignUpCommand({
        ClientId,
        Username: email,
        Password,
        UserAttributes: [{ Name: "name", Value: "Ana" }],
      }),
    );
  const confirm = (ConfirmationCode: string) =>
    fixture.sdk.send(
      new idp.ConfirmSignUpCommand({ ClientId, Username: "ana@example.com", ConfirmationCode }),
    );
  const signIn = async (PASSWORD_GIVEN = PASSWORD) => {
    const AuthParameters = { USERNAME: "ana@example.com", PASSWORD: PASSWORD_GIVEN };
    const input = { ClientId, AuthFlow: "USER_PASSWORD_AUTH" as const, AuthParameters };
    return (await fixture.sdk.send(new idp.InitiateAuthCommand(input))).AuthenticationResult ?? {};
  };
  const signedUp = async () => {
    await signUp();
    await confirm(fixture.lastCode);
  };
  const errorOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "none",
      (error: Error) => `${error.name}: ${error.message}`,
    );

  it("signs people up, sends them a code, and lets them in once it is confirmed", async () => {
    const { UserConfirmed, CodeDeliveryDetails } = await signUp();
    expect({ UserConfirmed, to: CodeDeliveryDetails?.Destination }).to.deep.equal({
      UserConfirmed: false,
      to: "a***@e***",
    });
    expect(fixture.mails[0]).to.include({
      kind: "email",
      to: "ana@example.com",
      subject: "Your verification code",
    });
    expect(await errorOf(signIn())).to.equal("UserNotConfirmedException: User is not confirmed.");
    const wrong = fixture.lastCode === "000000" ? "111111" : "000000";
    expect(await errorOf(confirm(wrong))).to.include("CodeMismatchException");
    await confirm(fixture.lastCode);
    expect(await signIn()).to.include({ ExpiresIn: 3600, TokenType: "Bearer" });
    expect(await errorOf(signIn("Wrong-horse-1"))).to.equal(
      "NotAuthorizedException: Incorrect username or password.",
    );
    expect(await errorOf(signUp())).to.include("UsernameExistsException");
    expect(await errorOf(signUp("b@example.com", "short"))).to.include("InvalidPasswordException");
  });

  // https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
  it("signs tokens with keys that it serves, with the issuer and the times of AWS", async () => {
    await signedUp();
    const { IdToken = "", AccessToken } = await signIn();
    const now = Math.floor(fixture.cloud.clock.now() / 1000);
    const iss = `https://cognito-idp.eu-west-1.amazonaws.com/${UserPoolId}`;
    const common = { iss, iat: now, auth_time: now, exp: now + 3600 };
    const sub = String(claimsOf(IdToken).sub);
    expect(claimsOf(IdToken)).to.include({
      ...common,
      aud: ClientId,
      token_use: "id",
      name: "Ana",
      email: "ana@example.com",
      email_verified: true,
      "cognito:username": sub,
    });
    expect(claimsOf(AccessToken)).to.include({
      ...common,
      client_id: ClientId,
      token_use: "access",
      username: sub,
      scope: "aws.cognito.signin.user.admin",
    });
    const wellKnown = `${fixture.url}/_aws/cognito-idp/${UserPoolId}/.well-known`;
    const { keys } = (await (await fetch(`${wellKnown}/jwks.json`)).json()) as { keys: [{ kid: string }] };
    const [head = "", body = "", signature = ""] = IdToken.split(".");
    expect(JSON.parse(Buffer.from(head, "base64url").toString())).to.deep.equal({
      alg: "RS256",
      kid: keys[0].kid,
    });
    const key = createPublicKey({ key: keys[0], format: "jwk" });
    expect(
      verify("sha256", Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url")),
    ).to.equal(true);
    expect(await (await fetch(`${wellKnown}/openid-configuration`)).json()).to.include({ issuer: iss });
  });

  it("proves the password without sending it (SRP)", async () => {
    await signedUp();
    const start = new idp.InitiateAuthCommand({
      ...{
        ClientId,
        AuthFlow: "USER_SRP_AUTH" as const,
        AuthParameters: { USERNAME: "ana@example.com", SRP_A },
      },
    });
    const answer = async (password: string) => {
      const { ChallengeName, ChallengeParameters = {} } = await fixture.sdk.send(start);
      const ChallengeResponses = proofOf(
        UserPoolId,
        password,
        ChallengeParameters,
        "Thu Jan 15 12:00:00 UTC 2026",
      );
      return fixture.sdk.send(
        new idp.RespondToAuthChallengeCommand({ ClientId, ChallengeName, ChallengeResponses }),
      );
    };
    expect((await answer(PASSWORD)).AuthenticationResult?.IdToken).to.be.a("string");
    expect(await errorOf(answer("Wrong-horse-1"))).to.include("NotAuthorizedException");
  });

  it("renews tokens until the sign-in is revoked or ended everywhere", async () => {
    await signedUp();
    const { RefreshToken = "", AccessToken } = await signIn();
    const refresh = async (REFRESH_TOKEN: string) => {
      const input = { ClientId, AuthFlow: "REFRESH_TOKEN_AUTH" as const, AuthParameters: { REFRESH_TOKEN } };
      return (await fixture.sdk.send(new idp.InitiateAuthCommand(input))).AuthenticationResult;
    };
    await fixture.cloud.clock.advance(3_600_000);
    expect(await errorOf(fixture.sdk.send(new idp.GetUserCommand({ AccessToken })))).to.include(
      "Access Token has expired",
    );
    const renewed = await refresh(RefreshToken);
    expect(renewed).to.not.have.property("RefreshToken");
    await fixture.sdk.send(new idp.GetUserCommand({ AccessToken: renewed?.AccessToken }));
    await fixture.sdk.send(new idp.RevokeTokenCommand({ ClientId, Token: RefreshToken }));
    expect(await errorOf(refresh(RefreshToken))).to.equal("NotAuthorizedException: Invalid Refresh Token");
    const again = await signIn();
    await fixture.sdk.send(new idp.GlobalSignOutCommand({ AccessToken: again.AccessToken }));
    expect(await errorOf(refresh(String(again.RefreshToken)))).to.include("Invalid Refresh Token");
    expect(
      await errorOf(fixture.sdk.send(new idp.GetUserCommand({ AccessToken: again.AccessToken }))),
    ).to.include("revoked");
  });

  it("lets administrators make users, who choose a password at their first sign-in, and put them into groups", async () => {
    const Username = "eva@example.com";
    await fixture.put("UserGroup", "staff", {
      userPoolId: UserPoolId,
      name: "staff",
      roleArn: "arn:aws:iam::000000000000:role/staff",
    });
    await fixture.sdk.send(new idp.AdminCreateUserCommand({ UserPoolId, Username }));
    expect(fixture.mails[0]?.body).to.include("temporary password is ");
    const temporary = /temporary password is (.*)\.$/.exec(fixture.mails[0]?.body ?? "")?.[1] ?? "";
    await fixture.sdk.send(new idp.AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: "staff" }));
    const { ChallengeName, Session } = await fixture.sdk.send(
      new idp.AdminInitiateAuthCommand({
        ...{ UserPoolId, ClientId, AuthFlow: "ADMIN_USER_PASSWORD_AUTH" },
        AuthParameters: { USERNAME: Username, PASSWORD: temporary },
      }),
    );
    const { AuthenticationResult } = await fixture.sdk.send(
      new idp.AdminRespondToAuthChallengeCommand({
        ...{ UserPoolId, ClientId, ChallengeName, Session },
        ChallengeResponses: { USERNAME: Username, NEW_PASSWORD: PASSWORD },
      }),
    );
    expect(claimsOf(AuthenticationResult?.IdToken)).to.deep.include({
      "cognito:groups": ["staff"],
      "cognito:preferred_role": "arn:aws:iam::000000000000:role/staff",
    });
    expect(claimsOf(AuthenticationResult?.AccessToken)).to.deep.include({ "cognito:groups": ["staff"] });
    const { Users } = await fixture.sdk.send(
      new idp.ListUsersInGroupCommand({ UserPoolId, GroupName: "staff" }),
    );
    expect(Users?.map(({ UserStatus }) => UserStatus)).to.deep.equal(["CONFIRMED"]);
    const found = await fixture.sdk.send(new idp.ListUsersCommand({ UserPoolId, Filter: 'email ^= "eva"' }));
    expect(found.Users).to.have.length(1);
  });

  it("has the users of the program, in their groups", async () => {
    const Username = "ida@example.com";
    const user = { userPoolId: UserPoolId, username: Username };
    await fixture.put("UserGroup", "staff", { userPoolId: UserPoolId, name: "staff" });
    await fixture.put("User", "ida", { ...user, password: PASSWORD, attributes: { locale: "es" } });
    await fixture.put("UserInGroup", "ida", { ...user, groupName: "staff" });
    const known = await fixture.sdk.send(new idp.AdminGetUserCommand({ UserPoolId, Username }));
    expect(known).to.include({ UserStatus: "CONFIRMED", Enabled: true });
    expect(known.UserAttributes).to.deep.include({ Name: "locale", Value: "es" });
    const list = new idp.AdminListGroupsForUserCommand({ UserPoolId, Username });
    const { Groups } = await fixture.sdk.send(list);
    expect(Groups?.map(({ GroupName }) => GroupName)).to.deep.equal(["staff"]);
  });

  it("asks IAM for what administrators do, and nobody for signing in", async () => {
    fixture.deny = (_, action) => {
      throw new AwsError("AccessDeniedException", `no ${action}`);
    };
    await signedUp();
    await signIn();
    const get = new idp.AdminGetUserCommand({ UserPoolId, Username: "ana@example.com" });
    expect(await errorOf(fixture.sdk.send(get))).to.equal(
      "AccessDeniedException: no cognito-idp:AdminGetUser",
    );
    expect(fixture.cloud.asked.map(({ permission }) => permission.resource)).to.deep.equal([
      `arn:aws:cognito-idp:eu-west-1:000000000000:userpool/${UserPoolId}`,
    ]);
  });

  it("resets a forgotten password", async () => {
    await signedUp();
    const Username = "ana@example.com";
    await fixture.sdk.send(new idp.ForgotPasswordCommand({ ClientId, Username }));
    const reset = (ConfirmationCode: string) =>
      fixture.sdk.send(
        new idp.ConfirmForgotPasswordCommand({
          ClientId,
          Username,
          ConfirmationCode,
          Password: "Another-horse-2",
        }),
      );
    const code = fixture.lastCode;
    await fixture.cloud.clock.advance(3_600_000);
    expect(await errorOf(reset(code))).to.include("ExpiredCodeException");
    await fixture.sdk.send(new idp.ForgotPasswordCommand({ ClientId, Username }));
    await reset(fixture.lastCode);
    expect((await signIn("Another-horse-2")).IdToken).to.be.a("string");
  });

  // https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
  it("calls the functions of a pool on the way", async () => {
    const arn = (name: string) => `arn:aws:lambda:eu-west-1:000000000000:function:${name}`;
    const seen: string[] = [];
    const handle = (name: string, change: (event: { response: object }) => void) =>
      fixture.functions.set(arn(name), (event: { triggerSource: string; response: object }) => {
        seen.push(event.triggerSource);
        change(event);
        return event;
      });
    handle("pre", (event) => Object.assign(event.response, { autoConfirmUser: true, autoVerifyEmail: true }));
    handle("post", () => {});
    handle("tokens", (event) => {
      const claimsOverrideDetails = { claimsToAddOrOverride: { tenant: "7" }, claimsToSuppress: ["name"] };
      Object.assign(event.response, { claimsOverrideDetails });
    });
    const lambdaConfig = {
      preSignUp: arn("pre"),
      postConfirmation: arn("post"),
      preTokenGeneration: arn("tokens"),
    };
    await makePool({ lambdaConfig });
    expect(await signUp()).to.include({ UserConfirmed: true });
    const claims = claimsOf((await signIn()).IdToken);
    expect(claims).to.include({ tenant: "7", email_verified: true }).and.not.have.property("name");
    expect(seen).to.deep.equal([
      "PreSignUp_SignUp",
      "PostConfirmation_ConfirmSignUp",
      "TokenGeneration_Authentication",
    ]);
    fixture.functions.set(arn("pre"), () => {
      throw new Error("not you");
    });
    expect(await errorOf(signUp("b@example.com"))).to.equal(
      "UserLambdaValidationException: PreSignUp failed with error not you.",
    );
  });

  it("holds users to the attributes of their pool", async () => {
    const schemas = [
      { name: "nickname", attributeDataType: "String", required: true },
      { name: "tenant", attributeDataType: "String" },
    ];
    await makePool({ schemas });
    expect(await errorOf(signUp())).to.include("nickname: The attribute is required");
    const create = (Name: string) =>
      errorOf(
        fixture.sdk.send(
          new idp.AdminCreateUserCommand({
            ...{ UserPoolId, Username: "a@example.com", UserAttributes: [{ Name, Value: "1" }] },
          }),
        ),
      );
    expect(await create("custom:unit")).to.include("{custom:unit} could not be determined");
    expect(await create("custom:tenant")).to.equal("none");
  });

  it("refuses flows that a client does not allow, and wrong secrets", async () => {
    await makePool({}, { explicitAuthFlows: ["ALLOW_USER_SRP_AUTH"], generateSecret: true });
    expect(await errorOf(signIn())).to.equal(
      "InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client",
    );
    expect(await errorOf(signUp())).to.include("SECRET_HASH was not received");
  });

  it("lends the role of a user's group to whoever shows an id token", async () => {
    const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
    fixture.resources.push(resourceOf(iam, "aws:iam/role:Role", "staff", { name: "staff" }));
    const providerName = `cognito-idp.eu-west-1.amazonaws.com/${UserPoolId}`;
    const pool = await fixture.put("IdentityPool", "browsers", {
      ...{ identityPoolName: "browsers", cognitoIdentityProviders: [{ clientId: ClientId, providerName }] },
    });
    await fixture.put("UserGroup", "staff", {
      userPoolId: UserPoolId,
      name: "staff",
      roleArn: role("staff"),
    });
    await fixture.put("IdentityPoolRoleAttachment", "roles", {
      ...{ identityPoolId: pool.id, roles: { authenticated: role("everybody") } },
      roleMappings: [
        { identityProvider: providerName, type: "Token", ambiguousRoleResolution: "AuthenticatedRole" },
      ],
    });
    await signedUp();
    await fixture.sdk.send(
      new idp.AdminAddUserToGroupCommand({ UserPoolId, Username: "ana@example.com", GroupName: "staff" }),
    );
    const Logins = { [providerName]: (await signIn()).IdToken };
    const id = await fixture.unsigned("AWSCognitoIdentityService.GetId", { IdentityPoolId: pool.id, Logins });
    const IdentityId = id.json.IdentityId;
    const lent = await fixture.unsigned("AWSCognitoIdentityService.GetCredentialsForIdentity", {
      IdentityId,
      Logins,
    });
    const { AccessKeyId, SecretKey } = lent.json.Credentials as { AccessKeyId: string; SecretKey: string };
    const browser = new idp.CognitoIdentityProviderClient({
      ...{ endpoint: fixture.url, region: "eu-west-1" },
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretKey },
    });
    await browser.send(new idp.ListUsersCommand({ UserPoolId }));
    expect(fixture.cloud.asked.at(-1)).to.deep.include({ principal: role("staff") });
    const guest = await fixture.unsigned("AWSCognitoIdentityService.GetId", { IdentityPoolId: pool.id });
    expect(guest).to.deep.include({ status: 400 });
  });

  it("says by name what it does not have", async () => {
    const setMfa = new idp.SetUserPoolMfaConfigCommand({ UserPoolId, MfaConfiguration: "ON" });
    expect(await errorOf(fixture.sdk.send(setMfa))).to.include("cognito:SetUserPoolMfaConfig");
    const refused = (inputs: Properties) => errorOf(fixture.put("UserPool", "x", inputs));
    expect(await refused({ lambdaConfig: { userMigration: "arn" } })).to.include(
      "the trigger userMigration of UserPool x",
    );
    expect(await refused({ mfaConfiguration: "ON" })).to.include("mfaConfiguration ON");
  });

  it("keeps users and keys in the data folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cognito-"));
    await fixture.stop();
    fixture = await new CognitoFixture(folder).start();
    await makePool({});
    await signedUp();
    const { AccessToken } = await signIn();
    await fixture.stop();
    const { cloud, resources } = fixture;
    fixture = await new CognitoFixture(folder).start();
    await fixture.cloud.clock.advance(cloud.clock.now() - fixture.cloud.clock.now());
    for (const resource of resources) await fixture.service.realize[resource.type]?.create(resource);
    const { Username } = await fixture.sdk.send(new idp.GetUserCommand({ AccessToken }));
    expect(Username).to.be.a("string");
    rmSync(folder, { recursive: true, force: true });
  });
});
