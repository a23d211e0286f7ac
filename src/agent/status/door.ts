import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { createServer, request } from "node:http";
import { HeddleError, isHeddleError, messageOf, systemCodeOf } from "../../base/index.ts";

/** What is answered at a path of the status door. */
export type StatusPage = Readonly<{ type: string; text: string }>;

/** `path` is "/status", "/pods" or "/metrics". */
export type StatusPages = Readonly<Record<string, () => Promise<StatusPage>>>;

/**
 * Answers GET over HTTP on a unix socket of mode 0600, beside the plugin's: whoever is root on the node may ask. What is
 * left of an agent that was killed is taken away.
 */
export async function openStatusDoor(path: string, pages: StatusPages): Promise<AsyncDisposable> {
  await rm(path, { force: true });
  const server = createServer((asked, response) => {
    const page = pages[asked.url ?? ""];
    if (asked.method !== "GET" || page === undefined) {
      response.writeHead(404, { "content-type": "text/plain" }).end(`there are ${Object.keys(pages).join(", ")}\n`);
      return;
    }
    page().then(
      ({ type, text }) => response.writeHead(200, { "content-type": type }).end(text),
      (error: unknown) => response.writeHead(500, { "content-type": "text/plain" }).end(`${messageOf(error)}\n`),
    );
  });
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

/** Asks a running agent. Fails with HEDDLE_AGENT_NOT_RUNNING when nobody answers there. */
export async function askStatus(socketPath: string, path: string, signal: AbortSignal): Promise<string> {
  try {
    const asking = request({ socketPath, path, signal: AbortSignal.any([signal, AbortSignal.timeout(askTimeoutMs)]) });
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
