import type { Batch, KernelState, Observation, Operation, OperationResult } from "./model.ts";

/** What the main thread asks of the kernel's thread, and what it answers: one message each. */
export type Question = Readonly<{ id: number } & ({ run: Batch } | { observe: Observation } | { lock: number })>;

/** An error does not cross threads whole: `index` is the operation's place in its batch. */
export type Refusal = Readonly<{ errno: string; text: string; index?: number }>;

export type Answer = Readonly<
  { id: number } & (
    | { results: readonly OperationResult[] }
    | { state: KernelState }
    | { locked: boolean }
    | { refusal: Refusal }
  )
>;

/** "link.add-veth hdl4f… ↔ eth0": what people need of an operation. */
export function describeOperation(operation: Operation): string {
  switch (operation.op) {
    case "link.add-veth":
      return `${operation.op} ${operation.node.name} with ${operation.pod.name} in the pod`;
    case "sysctl.set":
      return `${operation.op} ${operation.key}=${operation.value}`;
    case "address.add":
    case "address.delete":
      return `${operation.op} ${operation.address}/${operation.bits} on ${operation.link}`;
    case "neighbour.replace":
    case "neighbour.delete":
      return `${operation.op} ${operation.address} on ${operation.link}`;
    case "flows.forget":
    case "element.add":
    case "element.delete":
      return `${operation.op} ${"port" in operation ? `to port ${operation.port}` : operation.set}`;
    case "route.replace":
    case "route.delete":
      return `${operation.op} ${operation.destination}/${operation.bits}`;
    case "forwarding.replace":
    case "forwarding.delete":
      return `${operation.op} ${operation.mac} on ${operation.link}`;
    default:
      return `${operation.op} ${"name" in operation ? operation.name : operation.link}`;
  }
}
