import { once } from "node:events";
import { type Server as HttpServer } from "node:http";
import { type AddressInfo } from "node:net";
import { HeddleError, messageOf, systemCodeOf, UsageError } from "../base/index.ts";
import { hostAndPort, parseServerAddress, type ServerAddress } from "../model/index.ts";

/**
 * Where a server may listen: on this machine's loopback. Fails with HEDDLE_SERVER_ADDRESS_REFUSED for any other address
 * and HEDDLE_SERVER_ADDRESS_INVALID for what is none.
 */
export function parseListen(text: string): ServerAddress {
  const address = parseServerAddress(text, "--listen");
  if (isLoopback(address.host)) return address;
  throw new UsageError(
    `--listen ${hostAndPort(address)}: the server listens on loopback only (127.0.0.1, [::1], localhost), because whoever has its token can do what you can; access control for several people, and other addresses with it, comes with a later version`,
    { code: "HEDDLE_SERVER_ADDRESS_REFUSED" },
  );
}

const isLoopback = (host: string): boolean => /^127(\.\d{1,3}){3}$/.test(host) || host === "::1";

/** Resolves with the address, the port picked if it was 0. */
export async function listenOn(server: HttpServer, { host, port }: ServerAddress): Promise<ServerAddress> {
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, "listening");
  } catch (error) {
    throw listenError(error, { host, port });
  }
  return { host, port: (server.address() as AddressInfo).port };
}

function listenError(error: unknown, address: ServerAddress): HeddleError {
  const at = hostAndPort(address);
  if (systemCodeOf(error) === "EADDRINUSE")
    return new HeddleError(
      `--listen ${at}: another process listens there already; take another port (--listen 127.0.0.1:0 picks a free one), or use the server that runs: heddle status --server ${at}`,
      { code: "HEDDLE_SERVER_PORT_TAKEN", cause: error },
    );
  return new HeddleError(`--listen ${at}: cannot listen there: ${messageOf(error)}`, {
    code: "HEDDLE_SERVER_LISTEN_FAILED",
    cause: error,
  });
}

/**
 * The values of a Host header that mean this server: its address and the other names of loopback, each with its port. A
 * page of a foreign site that had its name point to this machine sends its own name, and is refused.
 */
export function ownHosts({ host, port }: ServerAddress): ReadonlySet<string> {
  const names = [hostAndPort({ host, port }), ...["localhost", "127.0.0.1", "[::1]"].map((name) => `${name}:${port}`)];
  // Browsers leave out the port of the scheme.
  return new Set(port === 80 ? [...names, ...names.map((name) => name.replace(/:80$/, ""))] : names);
}
