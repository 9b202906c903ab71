/** What CloudWatch's operations have in common. */
import type { AwsCall } from "../../core/service.ts";
import type { Input } from "./protocols.ts";

/** Input in, output out; undefined for one that answers nothing. Errors are thrown as `AwsError`. */
export type Operation = (input: Input, call: AwsCall) => object | undefined | Promise<object | undefined>;
