import { type KubeObject } from "../../model/index.ts";
import { ageOf } from "../format/age.ts";

/** One column of a kind's table: its header in capitals, and what it says of an object. */
export type Column = Readonly<{
  header: string;
  cell(object: KubeObject, nowMs: number): string;
  /** Shown with -o wide only. */
  wide?: boolean;
  /** Holds the state word, which a terminal shows in colour. */
  state?: boolean;
}>;

/** A kind's columns as kubectl has them. */
export type Table = readonly Column[];

export const nameColumn: Column = { header: "NAME", cell: ({ metadata }) => metadata.name };

export const ageColumn: Column = {
  header: "AGE",
  cell: ({ metadata }, nowMs) => ageOf(metadata.creationTimestamp, nowMs),
};

/** The same column for -o wide only. */
export const wide = (column: Column): Column => ({ ...column, wide: true });

/** kubectl's word for nothing. */
export const orNone = (text: string | undefined): string => (text === undefined || text === "" ? "<none>" : text);
