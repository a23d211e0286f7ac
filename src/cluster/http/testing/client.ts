import { type Clock, createSeededRandom, type Logger, silentLogger, systemClock } from "../../../base/index.ts";
import { type ClusterAccess, type CredentialValue } from "../../access.ts";
import { type ApiClient } from "../../api-client.ts";
import { type ApiClientOptions, createApiClient } from "../client.ts";

export type TestClientOptions = Omit<ApiClientOptions, "userAgent"> &
  Partial<Omit<ClusterAccess, "tls" | "credential">> &
  Readonly<{
    tls?: Partial<ClusterAccess["tls"]>;
    /** One after the other, from `invalidate` to `invalidate`; the last stays. */
    credentials?: readonly CredentialValue[];
    onInvalidate?: () => void;
    clock?: Clock;
    log?: Logger;
  }>;

/** A client with what a test leaves out filled in. */
export function testClient(server: string, options: TestClientOptions = {}): ApiClient {
  const {
    tls,
    credentials = [{ token: "secret-token" }],
    clock = systemClock,
    log = silentLogger,
    onInvalidate,
    proxyUrl,
    impersonate,
    ...rest
  } = options;
  let turn = 0;
  const access: ClusterAccess = {
    server,
    tls: { insecure: false, ...tls },
    warnings: [],
    credential: {
      description: "test",
      get: async () => credentials[Math.min(turn, credentials.length - 1)] ?? {},
      invalidate() {
        turn += 1;
        onInvalidate?.();
      },
    },
    ...(proxyUrl !== undefined && { proxyUrl }),
    ...(impersonate && { impersonate }),
  };
  return createApiClient({ access, clock, random: createSeededRandom(1), log }, { ...rest, userAgent: "heddle/test" });
}

/** Resolves when `condition` holds; rejects with `what` after a minute. */
export async function eventually(what: string, condition: () => boolean): Promise<void> {
  const untilMs = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > untilMs) throw new Error(`waited in vain until ${what}`);
    await systemClock.sleep(5);
  }
}
