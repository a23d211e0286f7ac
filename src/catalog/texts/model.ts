import { type ClusterId } from "../../model/index.ts";
import { type RecordedKind } from "../model.ts";

/** A kind of a cluster. `identity` is the cluster itself, whatever it is called here: texts of another are not given. */
export type TextsOf = Readonly<{
  cluster: ClusterId;
  identity: string;
  kind: Pick<RecordedKind, "group" | "version" | "kind" | "plural">;
}>;

/** Some objects as they are kept: bytes that only who writes them reads, and of how many objects they tell. */
export type TextsBlock = Readonly<{ bytes: Buffer; entries: number }>;

/** One of them as it is read. Sections, each of what was written at once, are numbered from 0 on: that is whole. */
export type KeptBlock = Readonly<{ section: number; bytes: Buffer }>;

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
    /** The latest section first, the blocks of each in order; fails when the file is not what it was. */
    blocks(signal: AbortSignal): AsyncIterable<KeptBlock>;
  }>;

/** What is to be written. */
export type TextsSection = Readonly<{
  /** All objects of the kind, in place of what is kept; else what changed since. */
  whole: boolean;
  /** Asked for one by one, when what came before is written. */
  blocks: Iterable<TextsBlock> | AsyncIterable<TextsBlock>;
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
  /** Objects in the whole section, and of those written after it; undefined when nothing is known to be kept. */
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
