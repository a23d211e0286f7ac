import { isJsonObject, type JsonObject } from "../../model/index.ts";
import { type AttachmentKey } from "../attachment.ts";
import { askedOf } from "./asked.ts";
import { parseCniArgs } from "./cni-args.ts";
import { parseConfig } from "./config.ts";
import { cniCodes, CniError } from "./errors.ts";
import {
  type AddRequest,
  type CheckRequest,
  type CniVerb,
  cniVerbs,
  type CniVersion,
  cniVersions,
  type DelRequest,
  type GcRequest,
  latestCniVersion,
  type NetworkConfig,
} from "./model.ts";
import { invalidConfig } from "./problems.ts";
import { parseResult } from "./result.ts";
import { isCniName, isInterfaceName } from "./values.ts";

/** The environment and the standard input that the runtime called the plugin with. */
export type CniCall = Readonly<{
  command?: string | undefined;
  containerId?: string | undefined;
  netns?: string | undefined;
  ifname?: string | undefined;
  args?: string | undefined;
  input?: string | undefined;
  /** Of one that waited on disk: when it was called, in ms since the epoch. */
  calledAtMs?: number | undefined;
}>;

/** A call as it is understood. */
export type CniRequest = Readonly<{ version: CniVersion }> &
  (
    | Readonly<{ verb: "ADD"; add: AddRequest }>
    | Readonly<{ verb: "DEL"; del: DelRequest }>
    | Readonly<{ verb: "CHECK"; check: CheckRequest }>
    | Readonly<{ verb: "STATUS"; config: NetworkConfig }>
    | Readonly<{ verb: "GC"; gc: GcRequest }>
  );

/** The version in which verbs came to the specification; ADD and DEL were always there. */
const since: Readonly<Record<CniVerb, CniVersion>> = {
  ADD: "0.3.1",
  DEL: "0.3.1",
  CHECK: "0.4.0",
  STATUS: "1.1.0",
  GC: "1.1.0",
};

/** The version in which a failure is told, before anything of the call is known to be right. */
export function versionOf(input: string | undefined): string {
  try {
    const version = isJsonObjectText(input)["cniVersion"];
    return typeof version === "string" && /^[\d.]{1,31}$/.test(version) ? version : latestCniVersion;
  } catch {
    return latestCniVersion;
  }
}

const isJsonObjectText = (input: string | undefined): JsonObject => {
  const value: unknown = JSON.parse(input ?? "");
  return isJsonObject(value) ? value : {};
};

/**
 * Understands a call, its configuration by `parse`. Throws a CniError: 1, 4, 6 or 7, naming the variable or the field.
 */
export function parseRequest(call: CniCall, parse = parseConfig): CniRequest {
  const verb = parseVerb(call.command);
  const json = parseInput(call.input);
  const version = parseVersion(json, verb);
  switch (verb) {
    case "ADD":
      return { verb, version, add: parseAttach(call, { json, parse }) };
    case "CHECK": {
      const check = parseAttach(call, { json, parse });
      const { prevResult } = check;
      if (prevResult === undefined)
        throw invalidConfig([{ path: ["prevResult"], message: "missing: CHECK compares with what ADD answered" }]);
      return { verb, version, check: { ...check, prevResult } };
    }
    case "DEL":
      return { verb, version, del: parseDel(call, json) };
    case "STATUS":
      return { verb, version, config: parse(json).config };
    case "GC":
      return { verb, version, gc: parseGc(json) };
  }
}

function parseVerb(command: string | undefined): CniVerb {
  const verb = cniVerbs.find((known) => known === command);
  if (verb !== undefined) return verb;
  throw invalidVariable("CNI_COMMAND", command, `expected one of ${cniVerbs.join(", ")}, VERSION`);
}

function invalidVariable(name: string, value: string | undefined, expected: string): CniError {
  const found = value ? `"${value.slice(0, 63)}"` : "not set";
  return new CniError(`invalid environment variable ${name}`, {
    cniCode: cniCodes.invalidEnvironment,
    details: `${name} is ${found}: ${expected}`,
  });
}

function parseInput(input: string | undefined): JsonObject {
  const undecodable = (details: string): CniError =>
    new CniError("cannot decode the network configuration", { cniCode: cniCodes.undecodable, details });
  if (!input) throw undecodable("standard input is empty: expected a JSON object");
  let value: unknown;
  try {
    value = JSON.parse(input);
  } catch {
    throw undecodable("standard input is not valid JSON: expected an object");
  }
  if (!isJsonObject(value)) throw undecodable("standard input is no JSON object");
  return value;
}

function parseVersion(json: JsonObject, verb: CniVerb): CniVersion {
  const incompatible = (details: string): CniError =>
    new CniError("incompatible CNI version", { cniCode: cniCodes.incompatibleVersion, details });
  const asked = json["cniVersion"] ?? "0.1.0";
  const version = cniVersions.find((known) => known === asked);
  if (version === undefined)
    throw incompatible(
      `cniVersion is ${JSON.stringify(asked).slice(0, 63)}: expected one of ${cniVersions.join(", ")}`,
    );
  if (cniVersions.indexOf(version) < cniVersions.indexOf(since[verb]))
    throw incompatible(`cniVersion is ${version}: ${verb} is there since ${since[verb]}`);
  return version;
}

function parseKey({ containerId = "", ifname = "" }: CniCall, json: JsonObject): AttachmentKey {
  if (!isCniName(containerId))
    throw invalidVariable(
      "CNI_CONTAINERID",
      containerId,
      'expected a letter or digit, then letters, digits, ".", "_" and "-"',
    );
  if (!isInterfaceName(ifname))
    throw invalidVariable(
      "CNI_IFNAME",
      ifname,
      "expected an interface's name: at most 15 bytes without space, / and :",
    );
  return { network: parseName(json), containerId, ifname };
}

function parseName(json: JsonObject): string {
  const name = json["name"];
  if (typeof name === "string" && isCniName(name)) return name;
  const message = 'expected a letter or digit, then letters, digits, ".", "_" and "-"';
  throw invalidConfig([{ path: ["name"], message: name === undefined ? "missing" : message }], json);
}

type Attaching = Readonly<{ json: JsonObject; parse: typeof parseConfig }>;

function parseAttach(call: CniCall, { json, parse }: Attaching): AddRequest {
  const { netns = "" } = call;
  if (!netns.startsWith("/")) throw invalidVariable("CNI_NETNS", netns, "expected the path of a network namespace");
  const key = parseKey(call, json);
  const cniArgs = parseCniArgs(call.args ?? "");
  const checked = parse(json);
  const prevResult = json["prevResult"] ?? undefined;
  return {
    key,
    netns,
    config: checked.config,
    pod: cniArgs.pod,
    asked: askedOf(checked, cniArgs),
    prevResult: prevResult === undefined ? undefined : parseResult(prevResult),
  };
}

function parseDel(call: CniCall, json: JsonObject): DelRequest {
  const { netns, calledAtMs } = call;
  return {
    key: parseKey(call, json),
    netns: netns || undefined,
    ...(calledAtMs !== undefined && { calledAtMs }),
  };
}

/**
 * Drafts of 1.1.0 called the list "cni.dev/attachments", and libcni writes both. Without a list none is known to be valid:
 * what has an interface stays all the same.
 */
function parseGc(json: JsonObject): GcRequest {
  const network = parseName(json);
  const field = "cni.dev/valid-attachments";
  const given = json[field] ?? json["cni.dev/attachments"] ?? [];
  if (!Array.isArray(given)) throw invalidConfig([{ path: [field], message: "expected a list" }], json);
  const valid = given.map((one, index): AttachmentKey => {
    const { containerID: containerId, ifname } = isJsonObject(one) ? one : {};
    if (typeof containerId === "string" && typeof ifname === "string") return { network, containerId, ifname };
    throw invalidConfig([{ path: [field, index], message: "expected containerID and ifname" }], json);
  });
  return { network, valid };
}
