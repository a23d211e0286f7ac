import { readFileSync } from "node:fs";
import { type ErrorCode, HeddleError } from "../../../base/index.ts";
import { isJsonObject, type JsonObject } from "../../../model/index.ts";
import { type ApiClient } from "../../api-client.ts";
import { partialApi } from "../../objects/testing/partial-api.ts";

export type Recording = Readonly<Record<string, JsonObject | HeddleError>>;

/** A conversation recorded with curl from a kube-apiserver: the document that each path answered. */
export const readRecording = (name: string): Readonly<Record<string, JsonObject>> =>
  JSON.parse(readFileSync(new URL(`../testdata/${name}.json`, import.meta.url), "utf8")) as Record<string, JsonObject>;

/** Plays a recording back. Paths that it lacks answer 404; `asked` are the paths in order; `replay` changes what is said. */
export function createRecordedApi(
  recording: Recording,
): Readonly<{ api: ApiClient; asked: string[]; replay(next: Recording): void }> {
  const asked: string[] = [];
  let current = recording;
  const api = partialApi({
    async json({ path }) {
      asked.push(path);
      await Promise.resolve();
      const answer = current[path];
      if (isJsonObject(answer) && !(answer instanceof HeddleError)) return answer;
      throw answer ?? new HeddleError(`${path}: not recorded`, { code: "HEDDLE_CLUSTER_NOT_FOUND" });
    },
  });
  return { api, asked, replay: (next) => (current = next) };
}

/** An answer that is a failure of the client. */
export const failure = (code: ErrorCode): HeddleError => new HeddleError(`recorded ${code}`, { code });
