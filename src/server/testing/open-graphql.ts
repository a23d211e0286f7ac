import assert from "node:assert/strict";
import { type TestContext } from "node:test";
import { type ServerDeps, type ServerOptions } from "../model.ts";
import { filledStore } from "./filled-store.ts";
import { infoOf, type OpenedServer, openServer } from "./open-server.ts";

export type Answer = Readonly<{
  data?: Readonly<Record<string, unknown>> | null;
  errors?: readonly Readonly<{
    message: string;
    path?: unknown;
    extensions: Readonly<{ code: string; retryable?: boolean }>;
  }>[];
}>;

export type Opened = OpenedServer & Readonly<{ ask(query: string, variables?: object): Promise<Answer> }>;

/** A server that is asked by GraphQL; the cluster "east" with a node and three pods, unless a store is given. */
export async function openGraphql(
  t: Pick<TestContext, "after">,
  deps: Partial<ServerDeps> = {},
  options: Partial<ServerOptions> = {},
): Promise<Opened> {
  const opened = await openServer(t, { store: filledStore(infoOf("east").id, 3), ...deps }, options);
  return {
    ...opened,
    async ask(query, variables = {}) {
      const answer = await opened.post("/graphql", { query, variables });
      assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
      return (await answer.json()) as Answer;
    },
  };
}

export const codesOf = ({ errors = [] }: Answer): readonly string[] => errors.map(({ extensions }) => extensions.code);
