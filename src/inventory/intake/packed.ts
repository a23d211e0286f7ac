import { type CommonFacts } from "./model.ts";

/**
 * Some objects of a list as they cross threads: a text and a block of bytes. `head` is a PackedHead as JSON; `texts` has
 * the new references' bytes one behind the other, then the texts'.
 */
export type PackedBatch = Readonly<{ head: string; texts: Uint8Array<ArrayBuffer> }>;

/** What objects have in common, and references, are told with the first that need them and numbered from 0 on. */
export type PackedHead = Readonly<{
  /** Bytes of the lines that were taken. */
  taken: number;
  common: readonly CommonFacts[];
  references: readonly (readonly [key: string, size: number])[];
  objects: readonly PackedObject[];
}>;

export type PackedObject = readonly [
  name: string,
  uid: string,
  resourceVersion: string,
  createdAt: number,
  node: string,
  common: number,
  jsonSize: number,
  textSize: number,
  size: number,
  /** Number plus one; 0: the text is whole. */
  reference: number,
];
