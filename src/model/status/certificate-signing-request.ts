import { stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { conditionsOf, wordsOf } from "./conditions.ts";
import { type Status } from "./status.ts";

/** A certificate signing request in kubectl's words: "Pending", "Approved,Issued", "Denied". */
export function certificateSigningRequestStatus(request: KubeObject): Status {
  const types = new Set(conditionsOf(request).map(({ type }) => type));
  const verdict = types.has("Denied") ? "Denied" : types.has("Approved") ? "Approved" : "Pending";
  const issued = Boolean(stringAt(request, "status", "certificate"));
  const word = `${verdict}${types.has("Failed") ? ",Failed" : ""}${issued ? ",Issued" : ""}`;
  const refused = conditionsOf(request).find(({ type }) => type === "Denied" || type === "Failed");
  if (refused !== undefined) return { word, reason: wordsOf(refused), healthy: false };
  return { word, reason: issued ? "" : waitsFor(verdict), healthy: issued || "progressing" };
}

const waitsFor = (verdict: string): string =>
  verdict === "Approved" ? "waiting for its signer" : "waiting for approval";
