import { type ClusterId } from "../../model/index.ts";
import { type RecordedKind } from "../model.ts";

/** A kind of a cluster. `identity` is the cluster itself, whatever it is called here: texts of another are not given. */
export type TextsOf = Readonly<{
  cluster: ClusterId;
  identity: string;
  kind: Pick<RecordedKind, "group" | "version" | "kind" | "plural">;
}>;

/** One object as it is kept: its JSON, and a note that belongs to it. */
export type KeptText = Readonly<{ namespace: string; name: string; note: string; text: string }>;

/** What is written of one object: its JSON in UTF-8, or that there is none any more. */
export type TextEntry =
  | Readonly<{ namespace: string; name: string; note: string; text: Buffer }>
  | Readonly<{ namespace: string; name: string; text: undefined }>;

/** How true texts are, by resourceVersions of their kind. */
export type TextsMark = Readonly<{
  /** Everything that changed up to here is in. */
  cursor: string;
  /** Nothing in it is later than this: texts are gathered while the kind changes. */
  upTo: string;
  /** When it was so, in milliseconds since the epoch. */
  savedAtMs: number;
}>;

/** All that is kept of one kind. */
export type KeptTexts = TextsMark &
  Readonly<{
    /** Every object once, in no order, some hundred at a time; fails when the file is not what it was. */
    slices(signal: AbortSignal): AsyncIterable<readonly KeptText[]>;
  }>;

/** What is to be written. */
export type TextsSection = Readonly<{
  /** All objects of the kind, in place of what is kept; else what changed since. */
  whole: boolean;
  /** Asked for one by one, when what came before is written. */
  slices: Iterable<readonly TextEntry[]> | AsyncIterable<readonly TextEntry[]>;
  /** Asked in the end. Undefined: it means nothing, and is as if it had never been written. */
  mark(): TextsMark | undefined;
}>;

/** The kept texts of one kind. Calls come one after another; none fails, for what is lost is only listed again. */
export type KindTexts = Readonly<{
  /** Undefined when there is nothing that can be used. */
  read(signal: AbortSignal): Promise<KeptTexts | undefined>;
  /** False when nothing of it was kept. Only a whole one follows upon nothing. */
  write(section: TextsSection): Promise<boolean>;
  /** Forgets what is kept. */
  remove(): Promise<void>;
  /** Objects in the whole part, and entries written after it; undefined when nothing is known to be kept. */
  size(): Readonly<{ whole: number; since: number }> | undefined;
}>;

/**
 * A cache of what objects look like, on disk: read at the start, it answers until the clusters do. It is never the
 * truth, and nothing is lost with it.
 */
export type Texts = Readonly<{
  of(of: TextsOf): KindTexts;
  /** Forgets what is kept of all other kinds of the cluster. */
  keepKinds(cluster: ClusterId, kinds: readonly Pick<RecordedKind, "group" | "plural">[]): Promise<void>;
  /** Forgets all other clusters. */
  keepClusters(clusters: readonly ClusterId[]): Promise<void>;
}>;
