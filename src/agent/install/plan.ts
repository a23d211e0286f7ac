import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  asideSuffix,
  clientName,
  clientSettingsName,
  conflistName,
  type Desired,
  type FoundFile,
  type FoundFolders,
  type InstallStep,
  loopbackName,
} from "./model.ts";

/** SHA-256 of what a file holds, in hexadecimal. */
export const digestOf = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/**
 * What makes the folders as they should be: the client first and the conflist last, for from that moment on the runtime
 * calls it. Empty when all is so already.
 */
export function planInstall(desired: Desired, found: FoundFolders): readonly InstallStep[] {
  const { folders, client, clientSettings, conflist } = desired;
  const inBin = (name: string): string => join(folders.binDir, name);
  const loopback = { do: "copy", from: client.path, path: inBin(loopbackName), mode: executable } as const;
  const writes: readonly (InstallStep | undefined)[] = [
    // Before the client, by whose likeness it is known to be ours.
    isOurLoopback(found) && !isAs(found.loopback, client.digest, executable)
      ? { ...loopback, because: "it is an older Heddle's" }
      : undefined,
    isAs(found.client, client.digest, executable)
      ? undefined
      : {
          do: "copy",
          from: client.path,
          path: inBin(clientName),
          mode: executable,
          because: saying(found.client, "the plugin"),
        },
    isAs(found.clientSettings, digestOf(clientSettings), readable)
      ? undefined
      : {
          do: "write",
          path: inBin(clientSettingsName),
          text: clientSettings,
          mode: readable,
          because: saying(found.clientSettings, "where the plugin finds the agent"),
        },
    found.loopback !== undefined
      ? undefined
      : { ...loopback, because: "containerd wants a loopback plugin and there is none" },
    ...(desired.exclusive ? before(found.confNames) : []).map((name): InstallStep => ({
      do: "rename",
      from: join(folders.confDir, name),
      path: join(folders.confDir, name + asideSuffix),
      because: `it sorts before ${conflistName}: the runtime would take it instead`,
    })),
    isAs(found.conflist, digestOf(conflist), secret)
      ? undefined
      : {
          do: "write",
          path: join(folders.confDir, conflistName),
          text: conflist,
          mode: secret,
          because: saying(found.conflist, "the network's configuration"),
        },
  ];
  return writes.filter((step) => step !== undefined);
}

const executable = 0o755;
const readable = 0o644;
/** As runtimes write theirs: a configuration may hold what is not for everyone. */
const secret = 0o600;

const isAs = (found: FoundFile, digest: string, mode: number): boolean =>
  found?.digest === digest && found.mode === mode;

const saying = (found: FoundFile, what: string): string =>
  found === undefined ? `${what} is not there` : `${what} is not as it should be`;

/** What takes everything of ours away and puts back what was put aside: the conflist first, so that nothing calls us. */
export function planUninstall(
  { folders }: Readonly<{ folders: Desired["folders"] }>,
  found: FoundFolders,
): readonly InstallStep[] {
  const { confDir, binDir } = folders;
  const gone = (path: string, there: FoundFile): readonly InstallStep[] =>
    there === undefined ? [] : [{ do: "remove", path, because: "it is Heddle's" }];
  return [
    ...gone(join(confDir, conflistName), found.conflist),
    ...found.confNames
      .filter((name) => name.endsWith(asideSuffix))
      .map((name) => putBack(name, { confDir, confNames: found.confNames })),
    ...gone(join(binDir, clientSettingsName), found.clientSettings),
    ...(isOurLoopback(found) ? gone(join(binDir, loopbackName), found.loopback) : []),
    ...gone(join(binDir, clientName), found.client),
  ];
}

/** One that came under the name meanwhile is newer, and stays. */
function putBack(
  aside: string,
  { confDir, confNames }: Readonly<{ confDir: string; confNames: readonly string[] }>,
): InstallStep {
  const name = aside.slice(0, -asideSuffix.length);
  if (confNames.includes(name))
    return { do: "leave", path: join(confDir, aside), because: `a newer ${name} is there, and stays` };
  const because = "it was put aside for Heddle";
  return { do: "rename", from: join(confDir, aside), path: join(confDir, name), because };
}

/** What we installed by that name is the same executable as our plugin. */
const isOurLoopback = ({ client, loopback }: FoundFolders): boolean =>
  loopback !== undefined && loopback.digest === client?.digest;

/** The configurations that a runtime would take before ours: by name, as libcni sorts them. */
export const before = (names: readonly string[]): readonly string[] =>
  names.filter((name) => /\.(conf|conflist|json)$/.test(name) && name < conflistName).toSorted();

/** A sentence for logs and `--dry-run`. */
export function explainStep(step: InstallStep): string {
  switch (step.do) {
    case "rename":
      return `rename ${step.from} to ${step.path}: ${step.because}`;
    case "copy":
      return `install ${step.path}: ${step.because}`;
    default:
      return `${step.do} ${step.path}: ${step.because}`;
  }
}
