import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useChangeStream } from "../app/change-stream.ts";
import { client } from "../app/client.ts";
import { answerOf } from "../app/live-query.ts";
import { filterOf, type Question, streamFilterOf } from "./question.ts";
import { type Page, type RowChange, rowChangesDocument, rowsDocument } from "./row.ts";
import { createRowStore, type RowStore } from "./row-store.ts";
import { pageSize, type Rows } from "./rows.ts";

/** Rows of the last few questions, so that going back shows them at once, at the place where one was. */
const remembered = new Map<string, Rows>();
const rememberedAtMost = 6;

/** The rows of a question, live, and whether changes come in. */
export function useRows(question: Question) {
  const key = JSON.stringify(question);
  const store = useMemo(() => createStore(JSON.parse(key) as Question, remembered.get(key)), [key]);
  useEffect(() => {
    const end = store.begin();
    return () => {
      remember(key, store.state().rows);
      end();
    };
  }, [key, store]);
  const state = useSyncExternalStore(store.subscribe, store.state);
  const stream = useChangeStream<RowChange>({
    document: rowChangesDocument,
    filter: streamFilterOf(filterOf(question)),
    onChanges(changes) {
      if (changes.some(({ type }) => type === "RESET")) store.refresh();
      store.changed(changes.filter(({ resource }) => resource !== null));
    },
  });
  return { store, stream, ...state };
}

function remember(key: string, rows: Rows): void {
  remembered.delete(key);
  remembered.set(key, rows);
  for (const oldest of [...remembered.keys()].slice(0, -rememberedAtMost)) remembered.delete(oldest);
}

function createStore(question: Question, known: Rows | undefined): RowStore {
  const filter = filterOf(question);
  const { sort, status, health } = question;
  return createRowStore({
    byIdentityOnly: ["identity", "name", "age"].includes(sort.by) && status.length === 0 && health.length === 0,
    ...(known !== undefined && { known }),
    async ask(page) {
      const variables = { filter, sort, offset: page * pageSize, limit: pageSize };
      const result = await client
        .query<{ resources: Page }>(rowsDocument, variables, { requestPolicy: "network-only" })
        .toPromise();
      const { data, failure } = answerOf(result);
      return {
        ...(failure === undefined && data !== undefined && { page: data.resources }),
        ...(failure !== undefined && { failure }),
      };
    },
  });
}
