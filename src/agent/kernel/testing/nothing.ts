import type { KernelState } from "../model.ts";

/** A kernel that has nothing of what it was asked for: a test says what there is. */
export const nothing: KernelState = {
  links: [],
  addresses: [],
  routes: [],
  neighbours: [],
  forwarding: [],
  shapers: [],
  sysctls: new Map(),
};
