import { type KubeObject } from "./object.ts";

/** What Heddle saw happen to one object. A Kubernetes Event is something else. */
export type Change = Readonly<{ type: "created" | "updated"; object: KubeObject }> | DeletedChange;

/**
 * `finalState` is "known" when the API server told the object's last state, and "unknown" when the object was found
 * missing after a gap: `object` then is the last state that was seen, or only its identity.
 */
export type DeletedChange = Readonly<{ type: "deleted"; object: KubeObject; finalState: "known" | "unknown" }>;
