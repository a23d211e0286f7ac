import {
  healthWord,
  type HealthWord,
  type KubeObject,
  type LabelSelector,
  statusOf,
  stringAt,
} from "../../model/index.ts";
import { type End } from "../relations/end-index.ts";
import { mentionsOf } from "../relations/references.ts";
import { podSelectorOf } from "../relations/selectors.ts";

/** What the indexes of a table hold of an object: with it, a text needs no parsing to be found again. */
export type Facts = Readonly<{
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  labels: Readonly<Record<string, string>>;
  owners: readonly Readonly<{ uid: string }>[];
  /** The uid of the owner whose controller made it, which makes others like it; "" for none. */
  maker: string;
  /** Of a Pod only; "" for none. */
  node: string;
  word: string;
  health: HealthWord;
  phase: string;
  ends: readonly End[];
  selector: LabelSelector | undefined;
  /** Seconds since the epoch; 0 when it has none. */
  createdAt: number;
}>;

/** `relations` false: what the object names and selects is not among them. */
export type FactsOptions = Readonly<{ isPod: boolean; relations: boolean }>;

export function factsOf(object: KubeObject, { isPod, relations }: FactsOptions): Facts {
  const { metadata } = object;
  const { namespace = "", name, uid = "", resourceVersion = "", labels = {}, ownerReferences = [] } = metadata;
  const status = statusOf(object);
  return {
    namespace,
    name,
    uid,
    resourceVersion,
    labels,
    owners: ownerReferences,
    maker: ownerReferences.find(({ controller }) => controller === true)?.uid ?? "",
    node: isPod ? (stringAt(object["spec"], "nodeName") ?? "") : "",
    word: status.word,
    health: healthWord(status),
    phase: stringAt(object["status"], "phase") ?? "",
    ends: relations ? mentionsOf(object) : [],
    selector: relations ? podSelectorOf(object) : undefined,
    createdAt: secondsOf(metadata.creationTimestamp),
  };
}

function secondsOf(timestamp: string | undefined): number {
  const ms = timestamp === undefined ? NaN : Date.parse(timestamp);
  return Number.isNaN(ms) ? 0 : ms / 1000;
}

/**
 * Grows by one whenever facts of an unchanged object come out otherwise than before, in a status word, say: what was
 * kept with another number is made again from the object itself. A test knows when that is so.
 */
export const factsFormat = 1;
