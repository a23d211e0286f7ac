import { type JsonObject } from "../../model/index.ts";

export type StatusCause = Readonly<{ reason: string; message: string; field: string }>;

export type StatusFailureOptions = Readonly<{
  /** metav1.StatusReason: "NotFound" */
  reason: string;
  /** HTTP status. */
  code: number;
  details?: Readonly<{ name?: string; group?: string; kind?: string; uid?: string; causes?: readonly StatusCause[] }>;
}>;

/** What an API server answers instead of what was asked: metav1.Status, in its own words. */
export class StatusFailure extends Error {
  readonly code: number;
  readonly status: JsonObject;

  constructor(message: string, { reason, code, details = {} }: StatusFailureOptions) {
    super(message);
    this.code = code;
    const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason };
    this.status = { ...status, details: details as JsonObject, code };
  }
}

type Named = Readonly<{ plural: string; group: string; name: string }>;

const qualified = ({ plural, group }: Omit<Named, "name">): string => (group === "" ? plural : `${plural}.${group}`);
const detailsOf = ({ plural, group, name }: Named) => ({ name, ...(group === "" ? {} : { group }), kind: plural });

export const notFound = (named: Named): StatusFailure =>
  new StatusFailure(`${qualified(named)} "${named.name}" not found`, {
    reason: "NotFound",
    code: 404,
    details: detailsOf(named),
  });

/** For a path that means nothing here. */
export const noSuchResource = (): StatusFailure =>
  new StatusFailure("the server could not find the requested resource", { reason: "NotFound", code: 404 });

export const alreadyExists = (named: Named): StatusFailure =>
  new StatusFailure(`${qualified(named)} "${named.name}" already exists`, {
    reason: "AlreadyExists",
    code: 409,
    details: detailsOf(named),
  });

export const conflict = (named: Named, why: string): StatusFailure =>
  new StatusFailure(`Operation cannot be fulfilled on ${qualified(named)} "${named.name}": ${why}`, {
    reason: "Conflict",
    code: 409,
    details: detailsOf(named),
  });

export const modified = (named: Named): StatusFailure =>
  conflict(named, "the object has been modified; please apply your changes to the latest version and try again");

export const badRequest = (message: string): StatusFailure =>
  new StatusFailure(message, { reason: "BadRequest", code: 400 });

export const forbidden = (named: Named, why: string): StatusFailure =>
  new StatusFailure(`${qualified(named)} "${named.name}" is forbidden: ${why}`, {
    reason: "Forbidden",
    code: 403,
    details: detailsOf(named),
  });

export const unauthorized = (): StatusFailure =>
  new StatusFailure("Unauthorized", { reason: "Unauthorized", code: 401 });

export const methodNotAllowed = (): StatusFailure =>
  new StatusFailure("the server does not allow this method on the requested resource", {
    reason: "MethodNotAllowed",
    code: 405,
  });

export const unsupportedMediaType = (accepted: readonly string[]): StatusFailure =>
  new StatusFailure(
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
    { reason: "UnsupportedMediaType", code: 415 },
  );

export const notAcceptable = (accepted: readonly string[]): StatusFailure =>
  new StatusFailure(`only the following media types are accepted: ${accepted.join(", ")}`, {
    reason: "NotAcceptable",
    code: 406,
  });

/** 410: what a resourceVersion or a continue token means is forgotten. */
export const expired = (message: string): StatusFailure => new StatusFailure(message, { reason: "Expired", code: 410 });

/** 422, with every cause. */
export function invalid(
  named: Readonly<{ kind: string; group: string; name: string }>,
  causes: readonly StatusCause[],
): StatusFailure {
  const { kind, group, name } = named;
  const shown = causes.map(({ field, message }) => `${field}: ${message}`);
  const list = shown.length === 1 ? shown[0] : `[${shown.join(", ")}]`;
  return new StatusFailure(`${group === "" ? kind : `${kind}.${group}`} "${name}" is invalid: ${list}`, {
    reason: "Invalid",
    code: 422,
    details: { name, ...(group === "" ? {} : { group }), kind, causes },
  });
}
