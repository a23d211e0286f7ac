import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { silentLogger, systemClock, systemRandom } from "../../../base/index.ts";
import { type LentKube, until } from "../../../../test/kube/index.ts";
import { type ApiClient } from "../../api-client.ts";
import { createFixedCredential } from "../../credentials/fixed-credential.ts";
import { type ApiClientOptions, createApiClient } from "../../http/client.ts";

/** A client as the admin of a test cluster. */
export const adminClient = (kube: LentKube, options: Partial<ApiClientOptions> = {}): ApiClient =>
  clientOf(kube, kube.adminToken, options);

/** A client of whoever has this token. */
export function clientOf(kube: LentKube, token: string, options: Partial<ApiClientOptions> = {}): ApiClient {
  const access = {
    server: kube.server,
    tls: { ca: kube.ca, insecure: false },
    credential: createFixedCredential("test", { token }),
    warnings: [],
  };
  const deps = { access, clock: systemClock, random: systemRandom, log: silentLogger };
  return createApiClient(deps, { userAgent: "heddle/test", ...options });
}

/** Creates the pod of a file in testdata, by another name if one is given. */
export async function createPod(
  kube: LentKube,
  namespace: string,
  { file, name }: Readonly<{ file: string; name?: string }>,
): Promise<void> {
  const text = await readFile(join(import.meta.dirname, "../testdata", file), "utf8");
  const input = name === undefined ? text : text.replace(/^metadata: \{ name: \S+ \}$/m, `metadata: { name: ${name} }`);
  // The namespace's service account may still be on its way.
  await until(`${file} to be created`, () => kube.kubectl(["apply", "-n", namespace, "-f", "-"], { input }));
}

/** Resolves when `kubectl wait --for` does: "condition=Ready", "jsonpath={.status.phase}=Succeeded". */
export async function podIs(
  kube: LentKube,
  { namespace, pod, state }: Readonly<{ namespace: string; pod: string; state: string }>,
): Promise<void> {
  await kube.kubectl(["wait", "-n", namespace, `pod/${pod}`, `--for=${state}`, "--timeout=180s"]);
}

/** A Writable that keeps what it is given. */
export type Collected = Writable & Readonly<{ text(): string; bytes(): Buffer }>;

export function collect(): Collected {
  const chunks: Buffer[] = [];
  const target = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  const bytes = (): Buffer => Buffer.concat(chunks);
  return Object.assign(target, { bytes, text: () => bytes().toString() });
}
