import {
  jsonAt,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  listAt,
  objectAt,
  stringAt,
} from "../../model/index.ts";
import { ageOf } from "../format/age.ts";
import { addQuantities, formatQuantity, parseQuantity, type Quantity, zeroQuantity } from "../format/quantity.ts";
import { nodeRoles } from "../tables/node.ts";
import { type Describer } from "./describer.ts";
import { field, type Field, group, optional, table } from "./field.ts";
import { labelOf, stateOf } from "./generic.ts";
import { identity, labelsAndAnnotations, timeText } from "./metadata.ts";
import { type PodNeeds, podNeeds } from "./pod-needs.ts";

/** A node: how it is, what it has, and which pods ask for how much of it. */
export const describeNode: Describer = async (node, { cluster, ask, nowMs }) => {
  const { spec, status } = node;
  const running = await ask("pods", {
    fieldSelector: `spec.nodeName=${node.metadata.name},status.phase!=Failed,status.phase!=Succeeded`,
  });
  return [
    ...identity(node, cluster),
    field("Roles", nodeRoles(node).join(",") || "<none>"),
    ...labelsAndAnnotations(node),
    ...optional("CreationTimestamp", timeText(node.metadata.creationTimestamp)),
    ...stateOf(node),
    field("Taints", taintLines(listAt(spec, "taints"))),
    field("Unschedulable", jsonAt(spec, "unschedulable") === true ? "true" : "false"),
    conditions(node),
    group("Addresses", listAt(status, "addresses").map(addressField)),
    group("Capacity", amountFields(objectAt(status, "capacity"))),
    group("Allocatable", amountFields(objectAt(status, "allocatable"))),
    group("System Info", Object.entries(objectAt(status, "nodeInfo")).map(infoField)),
    ...optional("PodCIDRs", listAt(spec, "podCIDRs").join(",")),
    ...optional("ProviderID", stringAt(spec, "providerID")),
    ...podTables(node, running, nowMs),
  ];
};

const taintLines = (taints: readonly JsonValue[]): readonly string[] =>
  taints.length === 0
    ? ["<none>"]
    : taints.map((taint) => {
        const value = stringAt(taint, "value");
        return `${stringAt(taint, "key") ?? ""}${value ? `=${value}` : ""}:${stringAt(taint, "effect") ?? ""}`;
      });

function conditions({ status }: KubeObject): Field {
  const rows = listAt(status, "conditions").map((condition) => [
    stringAt(condition, "type") ?? "",
    stringAt(condition, "status") ?? "",
    timeText(stringAt(condition, "lastHeartbeatTime")) ?? "",
    timeText(stringAt(condition, "lastTransitionTime")) ?? "",
    stringAt(condition, "reason") ?? "",
    stringAt(condition, "message") ?? "",
  ]);
  return table("Conditions", ["Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"], rows);
}

const addressField = (address: JsonValue): Field =>
  field(stringAt(address, "type") ?? "", stringAt(address, "address") ?? "");

const amountFields = (amounts: JsonObject): readonly Field[] =>
  Object.entries(amounts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => field(name, String(amount)));

const infoField = ([key, value]: readonly [string, JsonObject[string]]): Field =>
  field(labelOf(key), String(value ?? ""));

function podTables(node: KubeObject, pods: readonly KubeObject[], nowMs: number): readonly Field[] {
  const capacity = objectAt(node["status"], "allocatable");
  const needs = pods.map((pod) => ({ pod, needs: podNeeds(pod) }));
  const share = (name: string, amount: Quantity): string =>
    shareText(amount, parseQuantity(String(capacity[name] ?? "0")));
  const cells = (name: string, { requests, limits }: PodNeeds): readonly string[] => [
    share(name, requests.get(name) ?? zeroQuantity),
    share(name, limits.get(name) ?? zeroQuantity),
  ];
  const rows = needs.map(({ pod, needs }) => [
    pod.metadata.namespace ?? "",
    pod.metadata.name,
    ...cells("cpu", needs),
    ...cells("memory", needs),
    ageOf(pod.metadata.creationTimestamp, nowMs),
  ]);
  const total = sumNeeds(needs.map(({ needs }) => needs));
  const names = Object.keys(capacity).filter((name) => name !== "pods");
  return [
    table(
      `Non-terminated Pods (${pods.length} in total)`,
      ["Namespace", "Name", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"],
      rows,
    ),
    table(
      "Allocated resources",
      ["Resource", "Requests", "Limits"],
      names.sort().map((name) => [name, ...cells(name, total)]),
    ),
  ];
}

function shareText(amount: Quantity, capacity: Quantity | undefined): string {
  const share = capacity === undefined || capacity.nano === 0n ? 0n : (amount.nano * 100n) / capacity.nano;
  return `${formatQuantity(amount)} (${share}%)`;
}

function sumNeeds(all: readonly PodNeeds[]): PodNeeds {
  const sum = (amounts: readonly ReadonlyMap<string, Quantity>[]): ReadonlyMap<string, Quantity> => {
    const total = new Map<string, Quantity>();
    for (const [name, amount] of amounts.flatMap((each) => [...each]))
      total.set(name, addQuantities(total.get(name) ?? zeroQuantity, amount));
    return total;
  };
  return { requests: sum(all.map(({ requests }) => requests)), limits: sum(all.map(({ limits }) => limits)) };
}
