import { type CommonFacts } from "./model.ts";

/**
 * Some objects of a list as they cross threads: a text and a block of bytes. `head` is a PackedHead as JSON; `texts` has
 * the new references' bytes one behind the other, then the texts'.
 */
export type PackedBatch = Readonly<{ head: string; texts: Uint8Array<ArrayBuffer> }>;

/** What objects have in common, and references, are told with the first that need them and numbered from 0 on. */
export type PackedObjects = Readonly<{
  common: readonly CommonFacts[];
  references: readonly (readonly [key: string, size: number])[];
  objects: readonly PackedObject[];
}>;

/** `taken`: bytes of the lines that were taken. */
export type PackedHead = PackedObjects & Readonly<{ taken: number }>;

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
