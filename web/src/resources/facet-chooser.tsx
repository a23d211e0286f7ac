import { useState } from "react";
import { useLive } from "../app/live-query.ts";
import { pluralOf } from "../count-words.ts";
import { kindWord } from "../resource-path.ts";
import { type Choice, Chooser } from "./chooser.tsx";
import { type Facet, facetDocument, type FacetGroup, type FacetName } from "./facets.ts";
import { type ResourceFilter } from "./question.ts";

type Props = Readonly<{
  name: string;
  by: FacetName;
  /** Among which objects is counted. */
  filter: ResourceFilter;
  chosen: readonly string[];
  single?: boolean;
  onChoose(chosen: readonly string[]): void;
}>;

/** A chooser of what there is, counted by the server once it is opened. */
export function FacetChooser({ name, by, filter, chosen, single = false, onChoose }: Props) {
  const [opened, setOpened] = useState(false);
  const { data } = useLive<Facet>(facetDocument, { filter, by: [by] }, { wanted: opened });
  const choices = data?.resourceCounts.groups.flatMap((group) => choiceOf(by, group));
  return (
    <Chooser
      name={name}
      chosen={chosen}
      choices={choices}
      single={single}
      onOpen={() => setOpened(true)}
      onChoose={onChoose}
    />
  );
}

function choiceOf(by: FacetName, found: FacetGroup): readonly Choice[] {
  const { kind, group, cluster, namespace, status, count } = found;
  if (by === "KIND") {
    if (kind === null) return [];
    const inGroup = group === null || group === "" || group === "core" ? {} : { note: group };
    return [{ value: kindWord(group, kind), says: pluralOf(kind), count, ...inGroup }];
  }
  const value = by === "CLUSTER" ? cluster : by === "NAMESPACE" ? namespace : status;
  return value === null || value === "" ? [] : [{ value, says: value, count }];
}
