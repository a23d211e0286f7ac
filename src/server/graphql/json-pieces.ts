import { type Plugin } from "graphql-yoga";
import { type GraphqlContext } from "./context.ts";

/** Members of a list written in one go. */
const atOnce = 50;
/** Lists stand so deep in an answer, at most, where they are written in pieces. */
const deepest = 6;

/** The text that JSON.stringify makes of a value, in pieces: long lists are never written at once. */
export function* jsonPieces(value: unknown, depth = 0): Generator<string> {
  if (depth < deepest && Array.isArray(value) && value.length > atOnce) {
    for (let start = 0; start < value.length; start += atOnce) {
      const text = JSON.stringify(value.slice(start, start + atOnce));
      yield `${start === 0 ? "[" : ","}${text.slice(1, -1)}`;
    }
    yield "]";
  } else if (depth < deepest && isPlain(value)) {
    let before = "{";
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* jsonPieces(member, depth + 1);
      before = ",";
    }
    yield before === "{" ? "{}" : "}";
  } else yield JSON.stringify(value);
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !("toJSON" in value);

/** Whether a long list stands somewhere in it, as far as pieces are made. */
const isLong = (value: unknown, depth = 0): boolean => {
  if (Array.isArray(value)) return value.length > atOnce;
  return depth < deepest && isPlain(value) && Object.values(value).some((member) => isLong(member, depth + 1));
};

/** Long answers are written piece by piece, as they are taken, with turns of the event loop in between. */
export function writingInPieces(): Plugin<GraphqlContext, GraphqlContext> {
  return {
    onResultProcess({ request, result, resultProcessor, setResultProcessor, serverContext: { pause } }) {
      if (resultProcessor === undefined || Array.isArray(result) || !("data" in result)) return;
      if (result.errors !== undefined || result.extensions !== undefined || !isLong(result.data)) return;
      const { data } = result;
      const type = /graphql-response\+json/.test(request.headers.get("accept") ?? "") ? graphqlJson : plainJson;
      const write: Parameters<typeof setResultProcessor>[0] = (_result, { Response, ReadableStream, TextEncoder }) => {
        const [pieces, encoder] = [jsonPieces({ data }), new TextEncoder()];
        const body = new ReadableStream<Uint8Array>({
          async pull(stream) {
            for (let turn = pause(); turn !== undefined; turn = pause()) await turn;
            const { done, value } = pieces.next();
            if (done === true) stream.close();
            else stream.enqueue(encoder.encode(value));
          },
        });
        return new Response(body, { headers: { "content-type": `${type}; charset=utf-8` } });
      };
      setResultProcessor(write, type);
    },
  };
}

const plainJson = "application/json";
const graphqlJson = "application/graphql-response+json";
