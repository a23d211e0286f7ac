import { type Logger } from "../../base/index.ts";
import { compareAddresses } from "../../model/index.ts";
import { type AddressBook, type AttachedPod, type HeldAddress } from "../addresses/model.ts";
import { type NodeWatch, type PodFacts } from "../node/model.ts";

/**
 * The pod that has one of these addresses. Not one that is over, whose address another has by now, nor one on the node's
 * own network.
 */
export function podHolding(addresses: readonly HeldAddress[], pods: readonly PodFacts[]): AttachedPod | undefined {
  const pod = pods.find(
    ({ finished, hostNetwork, addresses: own }) =>
      !finished &&
      !hostNetwork &&
      own.some((address) => addresses.some((held) => compareAddresses(held.address, address) === 0)),
  );
  return pod && { namespace: pod.namespace, name: pod.name, uid: pod.uid };
}

export type NamingDeps = Readonly<{ book: AddressBook; node: Pick<NodeWatch, "view">; log: Logger }>;

/**
 * Writes down whose an attachment is that only the kernel told of, as soon as the API server tells. Throws
 * HEDDLE_ADDRESSES_UNWRITABLE.
 */
export function namePods({ book, node, log }: NamingDeps): void {
  const nameless = book.attachments().filter(({ pod }) => pod === undefined);
  if (nameless.length === 0) return;
  const { pods } = node.view();
  for (const { key, addresses } of nameless) {
    const pod = podHolding(addresses, pods);
    if (pod === undefined) continue;
    book.describe(key, pod);
    log.info({ container: key.containerId, namespace: pod.namespace, pod: pod.name }, "learned whose an attachment is");
  }
}
