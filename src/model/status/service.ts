import { listAt, stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { terminating } from "./generic.ts";
import { type Status } from "./status.ts";

/** A service is "Active"; one of type LoadBalancer "Pending" until it has an address. */
export function serviceStatus(service: KubeObject): Status {
  const ending = terminating(service);
  if (ending !== undefined) return ending;
  const waits =
    stringAt(service, "spec", "type") === "LoadBalancer" &&
    listAt(service, "status", "loadBalancer", "ingress").length === 0;
  return waits
    ? { word: "Pending", reason: "no load balancer has given it an address yet", healthy: "progressing" }
    : { word: "Active", reason: "", healthy: true };
}
