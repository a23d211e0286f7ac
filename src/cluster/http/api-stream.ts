import { type ApiStream } from "../api-client.ts";
import { decodedBody } from "./body.ts";
import { type Exchange, TransportError } from "./exchange.ts";
import { transportError } from "./transport-error.ts";

/** A begun answer as the port gives it: failures below HTTP become HeddleErrors, disposing resets the stream. */
export function apiStream(answer: Exchange, asked: string): ApiStream {
  const chunks = decodedBody(answer);
  return {
    status: answer.status,
    headers: answer.headers,
    body: {
      async *[Symbol.asyncIterator]() {
        try {
          yield* chunks;
        } catch (error) {
          throw error instanceof TransportError ? transportError(error, asked) : error;
        }
      },
    },
    async [Symbol.asyncDispose]() {
      answer.body.cancel(new Error("the stream was disposed"));
    },
  };
}
