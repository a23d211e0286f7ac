import { listAt, objectAt, stringAt } from "../../model/index.ts";
import { formatSelector } from "./labels.ts";
import { type Column } from "./column.ts";

type Path = readonly string[];

/** Containers and images of the pod template at a path, for -o wide. */
export const containerColumns = (template: Path): readonly Column[] => [
  { header: "CONTAINERS", wide: true, cell: (object) => join(object, template, "name") },
  { header: "IMAGES", wide: true, cell: (object) => join(object, template, "image") },
];

/** The label selector at a path, for -o wide. */
export const selectorColumn = (path: Path, empty = "<none>"): Column => ({
  header: "SELECTOR",
  wide: true,
  cell: (object) => formatSelector(objectAt(object, ...path), empty),
});

const join = (object: Parameters<Column["cell"]>[0], template: Path, key: string): string =>
  listAt(object, ...template, "spec", "containers")
    .map((container) => stringAt(container, key) ?? "")
    .join(",");
