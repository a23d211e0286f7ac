import { type PackedBatch } from "./packed.ts";

/** What the thread is told: more lines of a list, in the list's order, or that there will be none. */
export type Told =
  | Readonly<{ list: number; isPod: boolean; lines: Uint8Array<ArrayBuffer> }>
  | Readonly<{ list: number; ended: true }>;

/** What it answers: that it is there, then each piece of lines in the order in which they came. */
export type Answered = "ready" | (PackedBatch & Readonly<{ list: number }>);

/** What it is started with. */
export type Surroundings = Readonly<{ relations: boolean }>;
