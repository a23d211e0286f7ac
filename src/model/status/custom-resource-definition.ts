import { type KubeObject } from "../object.ts";
import { conditionOf, wordsOf } from "./conditions.ts";
import { terminating } from "./generic.ts";
import { type Status } from "./status.ts";

/** A custom resource definition is "Established" once its kind is served. */
export function customResourceDefinitionStatus(definition: KubeObject): Status {
  const ending = terminating(definition);
  if (ending !== undefined) return ending;
  const names = conditionOf(definition, "NamesAccepted");
  if (names?.status === "False") return { word: "NamesNotAccepted", reason: wordsOf(names), healthy: false };
  const established = conditionOf(definition, "Established");
  return established?.status === "True"
    ? { word: "Established", reason: "", healthy: true }
    : { word: "NotEstablished", reason: wordsOf(established), healthy: "progressing" };
}
