import { type ClusterId, type JsonValue, jsonAt, type KubeObject, statusOf } from "../../model/index.ts";
import { ageOf } from "../format/age.ts";

/** What a cell depends on besides its object. `kept`: it comes from what a server keeps: a Secret without its values. */
export type CellContext = Readonly<{ nowMs: number; cluster: ClusterId; kept: boolean }>;

/** One column of a kind's table: its header in capitals, and what it says of an object. */
export type Column = Readonly<{
  header: string;
  cell(object: KubeObject, context: CellContext): string;
  /** Shown with -o wide only. */
  wide?: boolean;
  /** Holds the object's name, which a kind may be put before: pod/web-1. */
  name?: boolean;
  /** Holds the state word, which a terminal shows in colour. */
  state?: boolean;
}>;

/** A kind's columns as kubectl has them. */
export type Table = readonly Column[];

/** Tables by the plural and group of their kinds: "deployments.apps". */
export type TablesByName = Readonly<Record<string, Table>>;

export const nameColumn: Column = { header: "NAME", name: true, cell: ({ metadata }) => metadata.name };

export const ageColumn: Column = {
  header: "AGE",
  cell: ({ metadata }, { nowMs }) => ageOf(metadata.creationTimestamp, nowMs),
};

/** What kinds without an age of their own show: the API server's default table. */
export const createdAtColumn: Column = {
  header: "CREATED AT",
  cell: ({ metadata }) => metadata.creationTimestamp ?? "",
};

/** The word of model's status vocabulary. */
export const statusColumn: Column = { header: "STATUS", state: true, cell: (object) => statusOf(object).word };

type Path = readonly (string | number)[];

/** A string, number or boolean at a path, as text; `missing` where there is none or an empty one. */
export const field = (header: string, path: Path, missing = ""): Column => ({
  header,
  cell: (object) => scalarText(jsonAt(object, ...path)) || missing,
});

/** A number at a path, 0 where there is none: Kubernetes leaves zeros out. */
export const amount = (header: string, path: Path): Column => field(header, path, "0");

/** How many entries the list or object at a path has. */
export const count = (header: string, path: Path): Column => ({
  header,
  cell: (object) => String(sizeOf(jsonAt(object, ...path))),
});

/** The same column for -o wide only. */
export const wide = (column: Column): Column => ({ ...column, wide: true });

/** kubectl's word for nothing. */
export const orNone = (text: string | undefined): string => (text === undefined || text === "" ? "<none>" : text);

/** The text of a string, number or boolean; undefined of anything else. */
export function scalarText(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}

/** Entries of a list or of an object; 0 of anything else. */
export function sizeOf(value: JsonValue | undefined): number {
  if (Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}
