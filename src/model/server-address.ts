import { UsageError } from "../base/index.ts";
import { isJsonObject, type JsonValue, numberAt, stringAt } from "./json.ts";

/** Where a Heddle server listens, or is asked. `host` is a name or an address without brackets. */
export type ServerAddress = Readonly<{ host: string; port: number }>;

/** Where `heddle serve` listens and commands look for it when nothing else is said. */
export const defaultServerAddress: ServerAddress = { host: "127.0.0.1", port: 7433 };

/** What a running server leaves for its user's own commands. `token` is a secret. */
export type ServerAccess = Readonly<{ address: string; token: string; pid: number }>;

/**
 * "127.0.0.1:7433", ":7433", "7433", "[::1]:7433", "localhost:7433", or the same with "http://" in front. "localhost"
 * means 127.0.0.1. A UsageError that names `flag` for everything else; which addresses may be listened on is not
 * decided here.
 */
export function parseServerAddress(text: string, flag: string): ServerAddress {
  const bare = text
    .trim()
    .replace(/^http:\/\//i, "")
    .replace(/\/$/, "");
  const found = /^(?:(?:\[(?<six>[0-9a-f:.]+)\]|(?<name>[^\s:/@[\]]*)):)?(?<port>\d{1,5})$/i.exec(bare)?.groups;
  const port = Number(found?.["port"]);
  if (found === undefined || port > 65_535) {
    throw new UsageError(
      `${flag} "${text}" is no address: expected HOST:PORT, as in ${hostAndPort(defaultServerAddress)}, with a port of at most 65535`,
      { code: "HEDDLE_SERVER_ADDRESS_INVALID" },
    );
  }
  const host = (found["six"] ?? found["name"] ?? "").toLowerCase();
  return { host: host === "" || host === "localhost" ? defaultServerAddress.host : host, port };
}

/** "127.0.0.1:7433", "[::1]:7433" */
export const hostAndPort = ({ host, port }: ServerAddress): string =>
  `${host.includes(":") ? `[${host}]` : host}:${port}`;

/** "http://127.0.0.1:7433" */
export const serverUrl = (address: ServerAddress): string => `http://${hostAndPort(address)}`;

/** What the rule of the token file depends on. */
export type RuntimeSurroundings = Readonly<{
  env: Readonly<Record<string, string | undefined>>;
  /** The process's user id; undefined where the system has none. */
  uid: number | undefined;
  /** os.tmpdir() */
  temporaryFolder: string;
}>;

/**
 * Folders in which a user's servers leave their token files, in the order in which they are tried: a server takes the
 * first whose `parent` exists (and makes it, mode 0700), a command reads the first that has the file.
 */
export function runtimeFolders(
  surroundings: RuntimeSurroundings,
): readonly Readonly<{ parent: string; folder: string }>[] {
  const { env, uid, temporaryFolder } = surroundings;
  const given = env["XDG_RUNTIME_DIR"];
  const parents = [...(given ? [given] : []), ...(uid === undefined ? [] : [`/run/user/${uid}`])];
  return [
    ...[...new Set(parents)].map((parent) => ({ parent, folder: `${parent}/heddle` })),
    { parent: temporaryFolder, folder: `${temporaryFolder}/heddle-${uid ?? "user"}` },
  ];
}

/** "127.0.0.1_7433.token"; colons, which some file systems refuse, become "-". */
export const tokenFileName = ({ host, port }: ServerAddress): string => `${host.replaceAll(":", "-")}_${port}.token`;

/** Undefined for anything but what a server writes into its token file. */
export function parseServerAccess(text: string): ServerAccess | undefined {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const [address, token, pid] = [stringAt(value, "address"), stringAt(value, "token"), numberAt(value, "pid")];
  if (address === undefined || token === undefined || pid === undefined) return undefined;
  return { address, token, pid };
}
