import { type JsonValue } from "../../model/index.ts";
import { parseAnswer, type ServerConnection } from "./connection.ts";
import { linesOf } from "./lines.ts";

/** A question that is answered line by line. */
export type Asked = Readonly<{ connection: ServerConnection; path: string; body: unknown; signal: AbortSignal }>;

/** The lines of an answer (application/x-ndjson), each as JSON. Fails as `ServerConnection.stream` does. */
export async function* askLines({ connection, path, body, signal }: Asked): AsyncGenerator<JsonValue> {
  for await (const line of linesOf(await connection.stream({ path, body, signal })))
    if (line !== "") yield parseAnswer(line, connection.address);
}
