import { type ClientHttp2Session, type ClientHttp2Stream, constants } from "node:http2";
import { flatHeaders, type Job, type Progress } from "./exchange.ts";

/** Runs one request on a stream of its own; `onDone` is called once, when the stream is gone. */
export function runStream(session: ClientHttp2Session, job: Job, onDone: () => void): void {
  const { request, answer } = job;
  let stream: ClientHttp2Stream;
  try {
    stream = session.request(
      { ":method": request.method, ":path": request.path, ...request.headers },
      { endStream: request.body === undefined },
    );
  } catch (error) {
    answer.fail(error, "not sent");
    onDone();
    return;
  }
  let responded = false;
  let ended = false;
  let failure: Error | undefined;
  let missingBytes = 0;
  stream.on("response", (headers) => {
    responded = true;
    missingBytes = Number(headers["content-length"] ?? Number.NaN);
    answer.head(Number(headers[":status"]), flatHeaders(headers));
  });
  stream.on("data", (chunk: Buffer) => {
    missingBytes -= chunk.length;
    answer.push(chunk);
  });
  stream.on("end", () => {
    // node:http2 tells an end as well where the stream was reset, or the connection closed, in the midst of it. A reset
    // without an error can be told from an end only where the length was announced.
    const whole = Number.isNaN(missingBytes) || missingBytes === 0;
    ended = responded && whole && stream.rstCode === constants.NGHTTP2_NO_ERROR;
    if (ended) answer.end();
  });
  stream.on("error", (error) => (failure = error));
  stream.on("close", () => {
    if (!ended) answer.fail(failure ?? new Error(cutShort(session, stream)), progressOf(stream));
    onDone();
  });
  answer.begin({
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    abort() {
      stream.close(constants.NGHTTP2_CANCEL);
      // Without it the stream would wait for data to be read that nobody reads.
      stream.destroy();
    },
  });
  if (request.body !== undefined) stream.end(request.body);
}

/** RFC 9113 §8.7: what was refused, or lies beyond a GOAWAY, was not processed; without a number it was never sent. */
function progressOf({ id, rstCode }: ClientHttp2Stream): Progress {
  if (rstCode === constants.NGHTTP2_REFUSED_STREAM) return "refused";
  return id === undefined ? "not sent" : "sent";
}

const cutShort = ({ destroyed }: ClientHttp2Session, { rstCode }: ClientHttp2Stream): string =>
  destroyed ? "the server closed the connection" : `the server reset the stream (code ${rstCode})`;
