import assert from "node:assert/strict";
import { type TestContext } from "node:test";
import { type HeddleError, isHeddleError } from "../../base/index.ts";
import { type Cluster } from "../../cluster/index.ts";
import {
  type JsonObject,
  type JsonValue,
  jsonAt,
  type KubeObject,
  type Resource,
  stringAt,
} from "../../model/index.ts";

/** What every sentence has: an API server with controllers, and a namespace of its own in it. */
export type Setting = Readonly<{
  cluster: Cluster;
  namespace: string;
  resource(word: string): Promise<Resource>;
  /** The past is forgotten: no resourceVersion of before can be resumed from. */
  forget(): Promise<unknown>;
  t: TestContext;
}>;

export type Sentences = Readonly<Record<string, (setting: Setting) => Promise<void>>>;

/** What the call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<HeddleError> {
  const outcome = await call.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
  assert.ok(isHeddleError(outcome), String(outcome));
  return outcome;
}

/** code, reason and message of the Status that a call fails with. */
export async function statusOf(call: Promise<unknown>): Promise<readonly (JsonValue | undefined)[]> {
  const status = (await failureOf(call)).details["status"] as JsonValue;
  return [jsonAt(status, "code"), stringAt(status, "reason"), stringAt(status, "message")];
}

export const configMap = (namespace: string, name: string, extra: JsonObject = {}): JsonObject => ({
  metadata: { namespace, name },
  ...extra,
});

export const versionOf = ({ metadata }: KubeObject): string => metadata.resourceVersion ?? "";
