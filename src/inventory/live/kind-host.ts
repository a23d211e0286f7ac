import { type Clock, type Logger, type Random } from "../../base/index.ts";
import { type Catalog } from "../../catalog/index.ts";
import { type ClusterId } from "../../model/index.ts";
import { type ListTaker } from "../intake/model.ts";
import { type Store } from "../model.ts";
import { type Keeper } from "./keeper.ts";
import { type KindProgress } from "./model.ts";
import { type Places } from "./places.ts";
import { type Recorder } from "./recorder.ts";

/** What the feeds of all kinds share. */
export type KindDeps = Readonly<{
  store: Store;
  catalog: Catalog;
  recorder: Recorder;
  keeper: Keeper;
  places: Places;
  clock: Clock;
  random: Random;
  log: Logger;
  cacheTtlMs: number;
  taker?: ListTaker | undefined;
}>;

/** How a kind stands, as its cluster asks. */
export type KindState = Readonly<{ status: KindProgress["status"]; isSettled: boolean }>;

/** What a kind needs to know of its cluster. */
export type KindHost = Readonly<{
  id: ClusterId;
  /** The cluster itself, whatever it is called. */
  identity(): string;
  /** The cluster's first sync was told: from then on each object of a new kind is. */
  isSyncTold(): boolean;
  /** The resourceVersion up to which an earlier process told everything of a kind, by the kind's name. */
  toldTo(kind: string): string | undefined;
  /** Names of kinds of which the catalog knows all that was told. */
  recorded: Set<string>;
  onChange(kind: KindState): void;
  /** The cluster told something. */
  onHeard(): void;
}>;
