/** Cognito alone on an endpoint, with a mailbox, functions and a clock that the test holds. */
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import type { CapturedMessage, CognitoApi } from "../../../local/core/apis.ts";
import type { Properties, Resource } from "../../../local/core/graph.ts";
import type { Principal, Service } from "../../../local/core/service.ts";
import type { Endpoint } from "../../../local/endpoint/index.ts";
import { cognito } from "../../../local/services/cognito/index.ts";
import { clientSettings, type FakeCloud, fakeCloud, resourceOf, serve } from "../../support/fake-cloud.ts";

export class CognitoFixture {
  readonly mails: Omit<CapturedMessage, "id" | "at">[] = [];
  readonly resources: Resource[] = [];
  readonly functions = new Map<string, (event: never) => unknown>();
  readonly cloud: FakeCloud;
  readonly service: Service;
  /** Throws for what the test denies. */
  deny: (principal: Principal, action: string) => void = () => {};
  #endpoint: Endpoint | undefined;
  #sdk: CognitoIdentityProviderClient | undefined;

  constructor(dataFolder?: string) {
    const keysOf: CognitoApi["keysOf"] = (issuer) => (this.service.api as CognitoApi).keysOf(issuer);
    const invoke = async (arn: string, event: never) => {
      try {
        return { payload: JSON.stringify(await this.functions.get(arn)?.(event)) };
      } catch (error) {
        const payload = JSON.stringify({ errorType: "Error", errorMessage: (error as Error).message });
        return { payload, functionError: "Unhandled" as const };
      }
    };
    const services = {
      cognito: { keysOf },
      lambda: { invoke },
      mailbox: {
        capture: (mail: Omit<CapturedMessage, "id" | "at">) => void this.mails.push(mail),
        list: () => [],
      },
    };
    this.cloud = fakeCloud({
      services: services as never,
      resources: () => this.resources,
      ...(dataFolder === undefined ? {} : { dataFolder }),
      authorize: (principal, permissions) => {
        for (const { action } of permissions) this.deny(principal, action);
      },
    });
    this.service = cognito.create(this.cloud);
  }

  async start(): Promise<this> {
    this.#endpoint = await serve([{ definition: cognito, service: this.service }], this.cloud);
    this.#sdk = new CognitoIdentityProviderClient(clientSettings(this.#endpoint));
    return this;
  }

  async stop(): Promise<void> {
    this.#sdk?.destroy();
    await this.#endpoint?.close();
  }

  get url(): string {
    return this.#endpoint?.url ?? "";
  }

  get sdk(): CognitoIdentityProviderClient {
    if (!this.#sdk) throw new Error("The fixture is not started.");
    return this.#sdk;
  }

  /** Registers and realizes a resource, such as `UserPool`. */
  async put(kind: string, name: string, inputs: Properties): Promise<Resource> {
    const type = `aws:cognito/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;
    const resource = resourceOf(cognito, type, name, inputs);
    await this.service.realize[type]?.create(resource);
    this.resources.push(resource);
    return resource;
  }

  /** The six digits in the last message. */
  get lastCode(): string {
    return /\d{6}/.exec(this.mails.at(-1)?.body ?? "")?.[0] ?? "";
  }

  /** An unsigned call, as browsers make it. */
  async unsigned(target: string, input: object): Promise<{ status: number; json: Record<string, unknown> }> {
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
      body: JSON.stringify(input),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  }
}

/** The claims of a token, unverified. */
export function claimsOf(token: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(token?.split(".")[1] ?? "", "base64url").toString("utf8"));
}
