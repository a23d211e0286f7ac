import { readFile, stat } from "node:fs/promises";
import { type Credential, type CredentialValue } from "../access.ts";
import { credentialError, readFailure } from "./failures.ts";
import { guardedValue, isRefused } from "./fixed-credential.ts";
import { checkPair } from "./pem.ts";
import { createRenewing, type CredentialDeps } from "./renewing.ts";
import { type Secret } from "./secret.ts";

/** Files are looked at for changes at most this often, */
const lookEveryMs = 1_000;
/** and read anew at least this often, as client-go does: not every file system tells changes. */
const readEveryMs = 60_000;

/** A text in a file, or in the configuration itself; `name` is for messages. */
export type TextSource = Readonly<{ name: string }> & (Readonly<{ file: string }> | Readonly<{ inline: Secret }>);

/**
 * A bearer token in a file, read again when the file changes (a renamed one and kubelet's swapped links count as
 * changes), every minute, and when the server refused it. An empty or unreadable file is HEDDLE_CREDENTIAL_FILE, but
 * the last token is used on while the server takes it.
 */
export function createTokenFileCredential(file: string, deps: CredentialDeps): Credential {
  const description = `token file ${file}`;
  return fromTexts({
    description,
    sources: [{ file, name: description }],
    deps,
    check: ([text = ""]) => ({ value: { token: checkToken(text.trim(), description) } }),
  });
}

/** A client certificate and its key, each from a file or inline; files are read again as token files are. */
export function createCertificateCredential(
  pair: Readonly<{ cert: TextSource; key: TextSource }>,
  deps: CredentialDeps,
): Credential {
  const names = { cert: pair.cert.name, key: pair.key.name };
  return fromTexts({
    description: `client certificate in ${names.cert}`,
    sources: [pair.cert, pair.key],
    deps,
    check: ([cert = "", key = ""]) => {
      const checked = checkPair({ cert, key }, names, deps.clock.nowMs());
      return { value: { certificate: { cert, key } }, expiresAtMs: checked.expiresAtMs };
    },
  });
}

/** A token as it may stand in a header. Fails with HEDDLE_CREDENTIAL_INVALID, or _FILE when it is empty. */
export function checkToken(token: string, name: string): string {
  if (token === "") throw credentialError("FILE", `the ${name} is empty: expected a bearer token`, { retryable: true });
  if (!/^[\x21-\x7e]+$/.test(token))
    throw credentialError(
      "INVALID",
      `the ${name} is no bearer token: it has spaces, line breaks or characters outside ASCII`,
    );
  return token;
}

type TextOptions = Readonly<{
  description: string;
  sources: readonly TextSource[];
  deps: CredentialDeps;
  check(texts: readonly string[]): Readonly<{ value: CredentialValue; expiresAtMs?: number }>;
}>;

/** A credential made of texts; the same value object as long as the texts are the same. */
function fromTexts({ description, sources, deps, check }: TextOptions): Credential {
  const { clock } = deps;
  type Kept = Readonly<{ value: CredentialValue; expiresAtMs?: number; texts: readonly string[] }>;
  type Read = Kept & Readonly<{ marks: string; readAtMs: number }>;
  const anyFile = sources.some((source) => "file" in source);

  const renewing = createRenewing<Read>(
    {
      description,
      retryAfterMs: lookEveryMs,
      async renew(kept, signal) {
        // The marks are taken before the texts: a change in between is then seen at the next look.
        const marks = (await Promise.all(sources.map(markOf))).join();
        const isFresh = kept !== undefined && kept.marks === marks && clock.monotonicMs() - kept.readAtMs < readEveryMs;
        const read = isFresh ? kept : { ...(await readAnew(kept, signal)), marks, readAtMs: clock.monotonicMs() };
        return { value: read, renewAfterMs: anyFile ? lookEveryMs : Infinity, expiresAtMs: read.expiresAtMs };
      },
    },
    deps,
  );
  const readAnew = async (kept: Kept | undefined, signal: AbortSignal): Promise<Kept> => {
    const texts = await Promise.all(sources.map((source) => textOf(source, signal)));
    if (kept !== undefined && texts.every((text, index) => text === kept.texts[index])) return kept;
    const checked = check(texts);
    return { ...checked, value: guardedValue(checked.value), texts };
  };
  return {
    description,
    get: async (signal) => (await renewing.get(signal)).value,
    invalidate: (refused) => renewing.invalidate(refused && (({ value }) => isRefused(value, refused))),
  };
}

/** Changes whenever the file behind a path does: content, another file by rename, another target of a link. */
async function markOf(source: TextSource): Promise<string> {
  if (!("file" in source)) return "";
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(source.file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  } catch (cause) {
    throw unreadable(source, cause);
  }
}

async function textOf(source: TextSource, signal: AbortSignal): Promise<string> {
  if (!("file" in source)) return source.inline.reveal();
  try {
    return await readFile(source.file, { encoding: "utf8", signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw unreadable(source, cause);
  }
}

const unreadable = (source: TextSource, cause: unknown) =>
  credentialError("FILE", `cannot read the ${source.name}: ${readFailure(cause)}`, { cause, retryable: true });
