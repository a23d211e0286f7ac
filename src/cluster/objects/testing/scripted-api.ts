import { HeddleError } from "../../../base/index.ts";
import { type JsonObject, type Resource } from "../../../model/index.ts";
import { type ApiClient, type ApiRequest } from "../../api-client.ts";
import { partialApi } from "./partial-api.ts";

export type Answer = JsonObject | HeddleError;

/** Answers json() in the order given and remembers what was asked: for what goes on the wire and what is made of answers. */
export function createScriptedApi(...answers: readonly Answer[]): Readonly<{ api: ApiClient; asked: ApiRequest[] }> {
  const asked: ApiRequest[] = [];
  const rest = [...answers];
  const api = partialApi({
    async json(request) {
      asked.push(request);
      const answer = rest.shift() ?? new HeddleError("the script has ended", { code: "HEDDLE_INTERNAL" });
      if (answer instanceof HeddleError) throw answer;
      return answer;
    },
  });
  return { api, asked };
}

export const pods: Resource = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  singular: "pod",
  namespaced: true,
  verbs: ["get"],
  shortNames: ["po"],
  categories: ["all"],
  subresources: [
    { name: "eviction", kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
    { name: "status", kind: "Pod", group: "", version: "v1", verbs: ["get", "patch", "update"] },
  ],
};

export const nodes: Resource = {
  ...pods,
  kind: "Node",
  plural: "nodes",
  singular: "node",
  namespaced: false,
  shortNames: ["no"],
};
export const looms: Resource = {
  ...pods,
  group: "loom.io",
  kind: "Loom",
  plural: "looms",
  singular: "loom",
  subresources: [],
};
