import { type ClusterId, type KubeObject } from "../../model/index.ts";
import { type Field } from "./field.ts";

/** What a description may ask for besides its object, in the same cluster. */
export type DescribeContext = Readonly<{
  cluster: ClusterId;
  nowMs: number;
  /** The object comes from what a server keeps: a Secret without its values. */
  kept: boolean;
  /** Objects of another kind; empty where they cannot be had: a description says what it can. */
  ask(
    kind: string,
    filters: Readonly<{ namespace?: string | undefined; labelSelector?: string; fieldSelector?: string }>,
  ): Promise<readonly KubeObject[]>;
}>;

/** Everything worth knowing of one object of a kind, its Events left out. */
export type Describer = (object: KubeObject, context: DescribeContext) => Promise<readonly Field[]>;
