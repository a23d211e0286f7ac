import { type IncomingMessage } from "node:http";
import { type Socket } from "node:net";
import { messageOf } from "../../base/index.ts";
import { breakOff, carryToPod, checkForwardable } from "../../cluster/index.ts";
import { acting } from "../acting.ts";
import { mutationsDisabled, ServerError } from "../failures.ts";
import { type ServerDeps, type ServerOptions } from "../model.ts";

/** A request to leave HTTP on a connection. */
export type UpgradeExchange = Readonly<{
  request: IncomingMessage;
  socket: Socket;
  /** What the client sent behind its request. */
  head: Buffer;
  url: URL;
  signal: AbortSignal;
  who: string;
}>;

const protocol = "heddle-tcp";

/**
 * `GET /api/port-forward?cluster&namespace&pod&port` with `Upgrade: heddle-tcp`: from the answer 101 on, the connection
 * carries the bytes of one TCP connection to the pod's port, both ways.
 */
export const portForward =
  (
    { fleet, log, clock }: Pick<ServerDeps, "fleet" | "log" | "clock">,
    { enableMutations }: Pick<ServerOptions, "enableMutations">,
  ) =>
  async (exchange: UpgradeExchange): Promise<void> => {
    const { request, socket, head, url, signal, who } = exchange;
    if (url.pathname !== "/api/port-forward")
      throw new ServerError(404, "HEDDLE_SERVER_NO_ROUTE", `there is nothing to upgrade to at ${url.pathname}`);
    if (request.headers.upgrade?.toLowerCase() !== protocol)
      throw new ServerError(400, "HEDDLE_SERVER_QUESTION_INVALID", `expected Upgrade: ${protocol}`);
    if (!enableMutations) throw mutationsDisabled("forwarding ports");
    const { cluster: id, namespace, pod, port } = targetOf(url);
    const act = { action: "port-forward", cluster: id, kind: "Pod", namespace, name: pod, port } as const;
    const cluster = await acting({ deps: { fleet, log }, who, signal }, act, async (cluster) => {
      await checkForwardable(cluster.api, { namespace, pod, port, signal });
      return cluster;
    });
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
    socket.setTimeout(0);
    if (head.length > 0) socket.unshift(head);
    try {
      await carryToPod(socket, { api: cluster.api, clock }, { namespace, pod, port, signal });
    } catch (error) {
      // The answer is on its way: that the connection is reset is all that can still be said to the client.
      log.warn({ who, ...act, error: messageOf(error) }, "a forwarded connection broke off");
      breakOff(socket);
    }
  };

function targetOf({ searchParams }: URL) {
  const text = (key: string): string => {
    const value = searchParams.get(key);
    if (value !== null && value !== "") return value;
    throw new ServerError(400, "HEDDLE_SERVER_QUESTION_INVALID", `the parameter ${key} is missing`);
  };
  const port = Number(text("port"));
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new ServerError(400, "HEDDLE_SERVER_QUESTION_INVALID", "port must be a whole number from 1 to 65535");
  return { cluster: text("cluster"), namespace: text("namespace"), pod: text("pod"), port };
}
