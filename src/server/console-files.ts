import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";

/** One file of the console's build, in the encoding that was asked for. */
export type ConsoleFile = Readonly<{
  type: string;
  body: Buffer;
  /** Of `Content-Encoding`; undefined for the file as it is. */
  encoding: "br" | "gzip" | undefined;
  /** With quotes. */
  etag: string;
  /** Its name changes with what it holds: it may be kept for ever. */
  immutable: boolean;
}>;

/**
 * What the console's build left in a folder: index.html, and assets with their compressed forms beside them. Names are
 * looked up among those that are there, so that no name leads out of the folder.
 */
export type ConsoleFiles = Readonly<{
  /** Undefined where nothing was built (yet). Looks at the folder each time: a newer build is seen. */
  index(): Promise<Buffer | undefined>;
  /** `accepted`: the request's Accept-Encoding. */
  asset(name: string, accepted: string): Promise<ConsoleFile | undefined>;
}>;

const types: ReadonlyMap<string, string> = new Map([
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".json", "application/json"],
  [".svg", "image/svg+xml"],
  [".png", "image/png"],
  [".woff2", "font/woff2"],
  [".txt", "text/plain; charset=utf-8"],
]);

const encodings = [
  { encoding: "br", suffix: ".br" },
  { encoding: "gzip", suffix: ".gz" },
] as const;

/** As the build names what it makes: "index-CHuZZEsy.js". */
const hashed = /-[\w-]{8}\.\w+$/;

type Build = Readonly<{ madeAtMs: number; index: Buffer; names: ReadonlySet<string> }>;

/** Undefined folder: there is no console. Reads nothing before it is asked. */
export function createConsoleFiles(folder: string | undefined): ConsoleFiles {
  let known: Build | undefined;
  const read = new Map<string, Promise<ConsoleFile>>();

  const current = async (): Promise<Build | undefined> => {
    if (folder === undefined) return undefined;
    const path = join(folder, "index.html");
    const madeAtMs = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (madeAtMs === undefined) return undefined;
    if (known?.madeAtMs === madeAtMs) return known;
    const [index, names] = await Promise.all([readFile(path), readdir(join(folder, "assets")).catch(() => [])]);
    read.clear();
    known = { madeAtMs, index, names: new Set(names) };
    return known;
  };
  const load = async (name: string, encoded: (typeof encodings)[number] | undefined): Promise<ConsoleFile> => {
    const body = await readFile(join(folder ?? "", "assets", `${name}${encoded?.suffix ?? ""}`));
    return {
      type: types.get(extname(name)) ?? "application/octet-stream",
      body,
      encoding: encoded?.encoding,
      etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
      immutable: hashed.test(name),
    };
  };
  return {
    index: async () => (await current())?.index,
    async asset(name, accepted) {
      const build = known?.names.has(name) ? known : await current();
      if (build === undefined || !build.names.has(name) || encodings.some(({ suffix }) => name.endsWith(suffix)))
        return undefined;
      const encoded = encodings.find(
        ({ encoding, suffix }) => accepts(accepted, encoding) && build.names.has(`${name}${suffix}`),
      );
      const key = `${name} ${encoded?.encoding}`;
      const reading = read.get(key) ?? load(name, encoded);
      read.set(key, reading);
      return await reading.catch(() => {
        // It is gone since the folder was looked at: another build is on its way.
        read.delete(key);
        return undefined;
      });
    },
  };
}

/** RFC 9110's Accept-Encoding, as browsers send it; "br;q=0" refuses. */
const accepts = (header: string, encoding: string): boolean =>
  header.split(",").some((part) => {
    const [name = "", ...parameters] = part.split(";").map((word) => word.trim().toLowerCase());
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
