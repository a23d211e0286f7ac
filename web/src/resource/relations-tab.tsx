import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useLive } from "../app/live-query.ts";
import { oneOf } from "../app/url-search.ts";
import { counted } from "../count-words.ts";
import { Empty, Failed, Waiting } from "../notice.tsx";
import { Tabs } from "../tabs.tsx";
import { AllRelations } from "./all-relations.tsx";
import { type RelationsAnswer, relationsDocument } from "./relations.ts";
import styles from "./relations-tab.module.css";

const RelationGraph = lazy(async () => ({ default: (await import("./relation-graph.tsx")).RelationGraph }));

const views = [
  { value: "drawing", says: "Drawing" },
  { value: "table", says: "Table" },
] as const;

const askedAtMost = 400;

/** What belongs to an object over a few steps, drawn, or as a table that says the same. */
export function RelationsTab({ id, told }: Readonly<{ id: string; told: string }>) {
  const search = useSearch({ from: "/resources/$cluster/$" });
  const navigate = useNavigate();
  const view = oneOf(search["view"]) === "table" ? "table" : "drawing";
  const variables = { id, depth: 4, direction: "TREE", limit: askedAtMost };
  const { data, failure, again } = useLive<RelationsAnswer>(relationsDocument, variables, { everyMs: 5_000 });
  useEffect(() => {
    if (told !== "") again();
  }, [told, again]);
  const choose = (value: string): void =>
    void navigate({
      to: ".",
      search: value === "drawing" ? { tab: "relations" } : { tab: "relations", view: value },
      replace: true,
    });
  if (data === undefined)
    return failure === undefined ? <Waiting lines={8} /> : <Failed failure={failure} again={again} />;
  const relations = data.resource?.relationships ?? [];
  return (
    <>
      <div className={styles["head"]}>
        <Tabs name="How relations are shown" tabs={views} chosen={view} onChoose={choose} small />
        <span className={styles["note"]}>
          {counted(relations.length, "relation")}
          {relations.length >= askedAtMost && ", and more that are not asked for"}
        </span>
      </div>
      {relations.length === 0 && <Empty title="It stands alone">Nothing belongs to it that is known.</Empty>}
      {relations.length > 0 && view === "table" && <AllRelations relations={relations} of={id} />}
      {relations.length > 0 && view === "drawing" && (
        <div className={styles["canvas"]}>
          <Suspense fallback={<Waiting lines={8} />}>
            <RelationGraph id={id} relations={relations} />
          </Suspense>
        </div>
      )}
    </>
  );
}
