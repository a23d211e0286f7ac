import { type KubeObject, type Resource } from "../../model/index.ts";

/** One kind in one version, as it is served; `preferred` is the version that discovery names first. */
export type ServedResource = Resource &
  Readonly<{
    listKind: string;
    /** Where its objects lie: one collection for all versions. */
    collection: string;
    /** Writes to the object leave its status alone, and writes to /status all else. */
    hasStatus: boolean;
    /** Paths of replicas below /scale; undefined: there is no /scale. */
    scale?: ScalePaths;
    /** Deleting leaves a grace period first: pods on a node. */
    graceful?: boolean;
    /** Field selectors beside metadata.name and metadata.namespace. */
    selectableFields: readonly string[];
    /** metadata.generation grows when anything outside metadata and status changes. */
    generations: boolean;
    /** Columns of its table after NAME. */
    columns: readonly TableColumn[];
  }>;

export type ScalePaths = Readonly<{ specReplicas: string; statusReplicas: string; selector?: string }>;

/** A column as a definition's additionalPrinterColumns name it; `path` is a JSONPath like ".spec.replicas". */
export type TableColumn = Readonly<{
  /** Where one path is not enough. */
  cell?: (object: KubeObject) => string;
  name: string;
  type: string;
  path: string;
  priority: number;
  description: string;
}>;

/** What an API server serves, and follows when definitions change. */
export type Catalogue = Readonly<{
  all(): readonly ServedResource[];
  find(group: string, version: string, plural: string): ServedResource | undefined;
}>;
