import { type KubeObject } from "../object.ts";
import { podStatus } from "./pod.ts";
import { type Status } from "./status.ts";

const byKind: Readonly<Record<string, (object: KubeObject) => Status>> = {
  "v1/Pod": podStatus,
};

/** An object's state in one word with its reason. */
export function statusOf(object: KubeObject): Status | undefined {
  return byKind[`${object.apiVersion}/${object.kind}`]?.(object);
}
