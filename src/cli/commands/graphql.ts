import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { messageOf, UsageError } from "../../base/index.ts";
import { isJsonObject, type JsonObject, type JsonValue, listAt, stringAt } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { withServer } from "../fleet-call.ts";

/** `heddle graphql FILE|-`: one operation, its data on stdout as JSON, its errors on stderr (exit code 1). */
export async function run(call: CommandCall): Promise<number> {
  const [file, ...others] = call.args;
  if (file === undefined || others.length > 0)
    throw new UsageError('heddle graphql takes one file, or "-" for standard input: heddle graphql query.graphql');
  const variables = variablesOf(call.flags.text("variables"));
  const operationName = call.flags.text("operation");
  const query = await readQuery(file, call);
  return withServer(call, async ({ session, output, signal }) => {
    const request = { query, ...(variables && { variables }), ...(operationName !== undefined && { operationName }) };
    const answer = await session.server.graphql(request, signal);
    const errors = listAt(answer, "errors");
    const data = isJsonObject(answer) ? answer["data"] : undefined;
    if (data !== undefined && data !== null) await output.write(`${JSON.stringify(data, undefined, 4)}\n`);
    for (const error of errors) output.note(`error: ${errorWords(error)}`);
    return errors.length === 0 ? 0 : 1;
  });
}

async function readQuery(file: string, { ports }: CommandCall): Promise<string> {
  try {
    return file === "-" ? await text(ports.stdin) : await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}

function variablesOf(given: string | undefined): JsonObject | undefined {
  if (given === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(given);
    if (isJsonObject(value)) return value;
  } catch {
    // The same words for what is no JSON and for JSON that is no object.
  }
  throw new UsageError(`--variables: expected a JSON object, such as '{"cluster":"prod"}'`);
}

/** "clusters.0.name: what was wrong (HEDDLE_…)" */
function errorWords(error: JsonValue): string {
  const path = listAt(error, "path").join(".");
  const code = stringAt(error, "extensions", "code");
  const message = stringAt(error, "message") ?? JSON.stringify(error);
  return `${path === "" ? "" : `${path}: `}${message}${code === undefined ? "" : ` (${code})`}`;
}
