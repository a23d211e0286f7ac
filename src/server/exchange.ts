import { type IncomingMessage, type ServerResponse } from "node:http";

/** One request on its way through the server. */
export type Exchange = Readonly<{
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  /** The parts of the path that the route leaves open, decoded. */
  parameters: Readonly<Record<string, string>>;
  /** Aborts when the client is gone or the server stops: nothing is worked for nobody. */
  signal: AbortSignal;
  /** Who asks, for the log: the operating system's user whose token was shown, and the remote address. */
  who: string;
}>;

/** Answers an exchange. What it throws before anything was sent becomes the error answer. */
export type Handler = (exchange: Exchange) => Promise<void>;

/** The reason of a signal that aborts because nobody waits for the answer any more. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";
}

/** The reason of a signal that aborts because the server stops. */
export class ServerStopping extends Error {
  override readonly name = "ServerStopping";
}

/** Whether work ended because it was to end: no failure of it. */
export const isEnding = (thrown: unknown): boolean => thrown instanceof ClientGone || thrown instanceof ServerStopping;

export const isStopping = ({ signal }: Pick<Exchange, "signal">): boolean => signal.reason instanceof ServerStopping;
