import fc from "fast-check";
import {
  fieldText,
  healthWord,
  type KubeObject,
  labelsMatch,
  parseFieldSelector,
  parseLabelSelector,
  statusOf,
} from "../../model/index.ts";
import { type StoreQuery } from "../model.ts";

const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 });
export const randomLabelSelector = some(
  fc.constantFrom(
    "app=web",
    "app!=web",
    "app in (1,web),tier",
    "tier notin (1)",
    "!app",
    "x/n>1",
    "x/n<12",
    "app=",
    "app,!tier",
  ),
);
const fieldSelector = fc.constantFrom(
  "metadata.name=p3",
  "metadata.name!=p3",
  "metadata.namespace=a,status.phase=Running",
  "spec.nodeName=",
  "spec.nodeName=n1",
  "spec.nodeName!=n1",
  "status.phase!=Running",
  "spec.size=1",
  "spec.size!=1,spec.nodeName=n2",
  "spec.size=true",
);
/** Questions that few or many random pods answer. */
export const randomQuery: fc.Arbitrary<StoreQuery> = fc.record({
  namespaces: some(fc.subarray(["a", "a-b", "b", "c"])),
  names: some(fc.subarray(["p1", "p2", "p3", "none"])),
  uid: fc.option(fc.constantFrom("a-1", "b-2"), { nil: undefined, freq: 9 }),
  owner: some(fc.constantFrom("o1", "o2", "o3")),
  node: some(fc.constantFrom("n1", "n2")),
  status: some(fc.subarray(["Running", "Pending", "Failed"])),
  health: some(fc.subarray(["healthy", "progressing", "unhealthy"])),
  search: fc.option(fc.constantFrom("1", "P2", "", "x"), { nil: undefined, freq: 3 }),
  labelSelector: randomLabelSelector,
  fieldSelector: some(fieldSelector),
});

/** Asked of the object alone, with no index. */
export function matchesNaively(asked: StoreQuery, object: KubeObject): boolean {
  const { metadata } = object;
  const checks = [
    asked.namespaces?.includes(metadata.namespace ?? ""),
    asked.names?.includes(metadata.name),
    asked.uid && asked.uid === metadata.uid,
    asked.owner && (metadata.ownerReferences ?? []).some(({ uid }) => uid === asked.owner),
    asked.node && fieldText(object, "spec.nodeName") === asked.node,
    asked.status?.includes(statusOf(object).word),
    asked.health?.includes(healthWord(statusOf(object))),
    metadata.name.toLowerCase().includes((asked.search ?? "").toLowerCase()),
    asked.labelSelector && labelsMatch(parseLabelSelector(asked.labelSelector), metadata.labels ?? {}),
    asked.fieldSelector &&
      parseFieldSelector(asked.fieldSelector).every(
        ({ field, negated, value }) => (fieldText(object, field) === value) !== negated,
      ),
  ];
  return checks.every((check) => check ?? true);
}
