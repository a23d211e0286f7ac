import { createServer as createHttpServer } from "node:http";
import { type Socket } from "node:net";
import { messageOf } from "../base/index.ts";
import { serverUrl } from "../model/index.ts";
import { createEntrance } from "./entrance.ts";
import { ServerStopping } from "./exchange.ts";
import { listenOn, parseListen } from "./listen.ts";
import { type Listening, type Server, type ServerDeps, type ServerOptions } from "./model.ts";
import { createOneTimeKeys } from "./one-time-key.ts";
import { routesOf } from "./routes/index.ts";
import { createAccessSecret } from "./secret.ts";
import { browserCookies } from "./session-cookie.ts";
import { writeTokenFile } from "./token-file.ts";

/** How long streams may take to say goodbye before their connections are cut. */
const goodbyeMs = 700;

/** Heddle's HTTP side; contacts and opens nothing before `listen`. */
export function createServer(deps: ServerDeps, options: ServerOptions): Server {
  const { clock, log } = deps;
  const stopping = new AbortController();
  const [token, keys] = [createAccessSecret(), createOneTimeKeys(clock)];
  const browser = { session: createAccessSecret(), visit: createAccessSecret() };
  const entrance = createEntrance({ token, browser, keys, log, stopping: stopping.signal });
  const http = createHttpServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    entrance.answer(request, response).catch((error: unknown) => {
      log.error({ error: messageOf(error) }, "an answer failed");
      response.destroy();
    });
  });
  http.on("upgrade", (request, socket, head) => void entrance.upgrade(request, socket as Socket, head));
  http.on("clientError", (_error, socket) => void socket.destroy());
  let tokenFile: AsyncDisposable | undefined;
  return {
    async listen(): Promise<Listening> {
      const wanted = parseListen(options.listen);
      const address = await listenOn(http, wanted);
      const url = serverUrl(address);
      const routeOptions = {
        ...options,
        keys,
        cookies: browserCookies(browser, address.port),
        url,
        startedAtMs: clock.monotonicMs(),
      };
      const access = { address: url, token: token.text, pid: process.pid };
      tokenFile = await writeTokenFile({ folder: options.runtimeFolder, address, access });
      // Not before: whoever is told that the token is wrong looks for the right one there, and gives up if there is none.
      entrance.open(address, routesOf(deps, routeOptions));
      return { address: url, url: `${url}/?key=${keys.issue()}` };
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(new ServerStopping("the server stops"));
      await tokenFile?.[Symbol.asyncDispose]();
      if (!http.listening) return;
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      const cancel = clock.after(goodbyeMs, () => {
        http.closeAllConnections();
        entrance.closeUpgraded();
      });
      await closed;
      cancel();
    },
  };
}
