import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { HeddleError, isHeddleError, messageOf, systemCodeOf } from "../../base/index.ts";
import { hostAndPort, type ServerAddress } from "../../model/index.ts";

/** What is answered at a path of the status door. */
export type StatusPage = Readonly<{
  type: string;
  text: string;
  /** Of HTTP. Default 200. */
  status?: number;
}>;

/** By their paths: "/status". */
export type StatusPages = Readonly<Record<string, () => Promise<StatusPage>>>;

/**
 * Answers GET over HTTP on a unix socket of mode 0600, beside the plugin's: whoever is root on the node may ask. What is
 * left of an agent that was killed is taken away.
 */
export async function openStatusDoor(path: string, pages: StatusPages): Promise<AsyncDisposable> {
  await rm(path, { force: true });
  const server = serverOf(pages);
  server.listen(path);
  await once(server, "listening");
  await chmod(path, 0o600);
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await rm(path, { force: true });
    },
  };
}

/**
 * Answers GET over HTTP at an address of the node, for whoever reaches it: nothing but metrics belongs there. Fails with
 * HEDDLE_AGENT_METRICS_FAILED when it cannot listen. Answers where it does, the port picked if it was 0.
 */
export async function openMetricsDoor(
  { host, port }: ServerAddress,
  pages: StatusPages,
): Promise<AsyncDisposable & Readonly<{ address: ServerAddress }>> {
  const server = serverOf(pages);
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (cause) {
    throw new HeddleError(
      `--metrics-address ${hostAndPort({ host, port })}: cannot listen there: ${messageOf(cause)}: take another port, or an address of this node`,
      { code: "HEDDLE_AGENT_METRICS_FAILED", cause },
    );
  }
  server.unref();
  const address = { host, port: (server.address() as AddressInfo).port };
  return {
    address,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const serverOf = (pages: StatusPages): Server =>
  createServer({ requestTimeout: askTimeoutMs }, (asked, response) => {
    const page = Object.hasOwn(pages, asked.url ?? "") ? pages[asked.url ?? ""] : undefined;
    if (asked.method !== "GET" || page === undefined) {
      response.writeHead(404, { "content-type": "text/plain" }).end(`there are ${Object.keys(pages).join(", ")}\n`);
      return;
    }
    page().then(
      ({ type, text, status = 200 }) => response.writeHead(status, { "content-type": type }).end(text),
      (error: unknown) => response.writeHead(500, { "content-type": "text/plain" }).end(`${messageOf(error)}\n`),
    );
  });

/** Where an agent tells how it is: beside the socket that the plugin asks. */
export const statusSocketOf = (socketPath: string): string => `${socketPath}.status`;

/** Asks the agent whose plugin's socket that is. Fails with HEDDLE_AGENT_NOT_RUNNING when nobody answers there. */
export async function askStatus(socketPath: string, path: string, signal: AbortSignal): Promise<string> {
  try {
    const asking = request({
      socketPath: statusSocketOf(socketPath),
      path,
      signal: AbortSignal.any([signal, AbortSignal.timeout(askTimeoutMs)]),
    });
    asking.end();
    const [response] = await once(asking, "response");
    const text = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>)).toString();
    if (response.statusCode === 200) return text;
    throw new HeddleError(`the agent answers ${response.statusCode}: ${text.trim()}`, { code: "HEDDLE_AGENT_FAILED" });
  } catch (error) {
    if (signal.aborted || isHeddleError(error)) throw error;
    throw new HeddleError(`no agent answers at ${socketPath}: ${wayOut(error)}`, {
      code: "HEDDLE_AGENT_NOT_RUNNING",
      cause: error,
    });
  }
}

const askTimeoutMs = 10_000;

function wayOut(error: unknown): string {
  const code = systemCodeOf(error);
  if (code === "ENOENT" || code === "ECONNREFUSED") return "start one by heddle agent, or name its socket by --socket";
  return code === "EACCES" ? "it is root's: run this as root" : messageOf(error);
}
