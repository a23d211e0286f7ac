import { type RelationType } from "../inventory/index.ts";

const known: Readonly<Record<RelationType, true>> = {
  owned_by: true,
  manages: true,
  runs_on: true,
  uses: true,
  bound_to: true,
  selects: true,
  routes_to: true,
  scales: true,
  binds: true,
  attached_to: true,
  in_namespace: true,
  instance_of: true,
};

/** Every relation there is. */
export const relationTypes = Object.keys(known) as readonly RelationType[];

export const isRelationType = (word: string): word is RelationType => Object.hasOwn(known, word);
