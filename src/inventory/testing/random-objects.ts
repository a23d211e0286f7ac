import fc from "fast-check";
import { type KubeObject } from "../../model/index.ts";

/** Pods with few distinct values in everything that is indexed, so that queries hit. `name` decides uid and birth. */
export const randomPod: fc.Arbitrary<KubeObject> = fc
  .record({
    number: fc.nat(60),
    namespace: fc.constantFrom("a", "a-b", "b"),
    labels: fc.dictionary(fc.constantFrom("app", "tier", "x/n"), fc.constantFrom("", "1", "12", "web"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    node: fc.option(fc.constantFrom("n1", "n2"), { nil: undefined }),
    phase: fc.constantFrom("Pending", "Running", "Failed"),
    owner: fc.option(fc.constantFrom("o1", "o2"), { nil: undefined }),
    size: fc.oneof(fc.constant(undefined), fc.nat(3), fc.constantFrom("s", "m"), fc.boolean()),
  })
  .map(({ number, namespace, labels, node, phase, owner, size }) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `p${number}`,
      namespace,
      uid: `${namespace}-${number}`,
      creationTimestamp: new Date(1_700_000_000_000 + (number % 7) * 60_000).toISOString().replace(".000", ""),
      labels,
      ...(owner === undefined ? {} : { ownerReferences: [{ apiVersion: "v1", kind: "X", name: owner, uid: owner }] }),
    },
    spec: { ...(node === undefined ? {} : { nodeName: node }), ...(size === undefined ? {} : { size }) },
    status: { phase },
  }));
