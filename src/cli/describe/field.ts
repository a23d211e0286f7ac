import { createLayout, printable } from "../output/layout.ts";

/** A line or block of a description: a label, and what stands behind or below it. */
export type Field = Readonly<{ label: string; value: FieldValue }>;

export type FieldValue =
  /** Behind the label; further lines stand below the first. */
  | string
  | readonly string[]
  /** Below the label, indented. */
  | Readonly<{ fields: readonly Field[] }>
  | Readonly<{ block: readonly string[] }>
  /** Below the label as a table; the first row holds the headers. */
  | Readonly<{ rows: readonly (readonly string[])[] }>;

export const field = (label: string, value: FieldValue): Field => ({ label, value });

/** A field that is left out where there is nothing to say. */
export const optional = (label: string, value: string | undefined): readonly Field[] =>
  value === undefined || value === "" ? [] : [{ label, value }];

/** A block of fields, or "<none>". */
export const group = (label: string, fields: readonly Field[]): Field => ({
  label,
  value: fields.length === 0 ? "<none>" : { fields },
});

/** A table under a label, or "<none>" without any row. */
export const table = (label: string, headers: readonly string[], rows: readonly (readonly string[])[]): Field => ({
  label,
  value:
    rows.length === 0 ? "<none>" : { rows: [headers, headers.map((header) => "-".repeat(header.length)), ...rows] },
});

/** Fields as text: values of one group aligned, blocks indented by two. */
export function renderFields(fields: readonly Field[], indent = ""): string {
  const width = Math.max(0, ...fields.filter(({ value }) => isInline(value)).map(({ label }) => label.length)) + 3;
  return fields.map((each) => renderField(each, indent, width)).join("");
}

const isInline = (value: FieldValue): value is string | readonly string[] =>
  typeof value === "string" || Array.isArray(value);

function renderField({ label, value }: Field, indent: string, width: number): string {
  const head = `${indent}${printable(label)}:`;
  if (isInline(value)) return inlineText(head, linesOf(value), indent.length + width);
  const inner = `${indent}  `;
  if ("fields" in value) return `${head}\n${renderFields(value.fields, inner)}`;
  if ("block" in value)
    return `${head}\n${value.block.map((line) => `${inner}${printable(line)}`.trimEnd() + "\n").join("")}`;
  return `${head}\n${createLayout()
    .lines(value.rows)
    .replaceAll(/^(?=.)/gm, inner)}`;
}

const linesOf = (value: string | readonly string[]): readonly string[] =>
  (typeof value === "string" ? [value] : value).flatMap((text) => text.trimEnd().split(/\r?\n/));

function inlineText(head: string, lines: readonly string[], column: number): string {
  const [first = "", ...rest] = lines.map(printable);
  const below = rest.map((line) => `${" ".repeat(column)}${line}`.trimEnd() + "\n");
  return `${`${head.padEnd(column)}${first}`.trimEnd()}\n${below.join("")}`;
}
