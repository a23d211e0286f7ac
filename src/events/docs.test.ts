import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type Change, type KubeObject, parseClusterId, type Resource, splitApiVersion } from "../model/index.ts";
import { changeEventOf, syncEventOf } from "./change-event.ts";
import { type ChangeEvent, type ChangeEventType, type SyncSummary } from "./model.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/events.md"), "utf8");
const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json = ""]) => JSON.parse(json) as ChangeEvent);
const cluster = parseClusterId("prod");

/** The same event, made of what it tells. */
function madeAgain({ type, subject, time, sequence, finalstate, data }: ChangeEvent): ChangeEvent {
  const clock = { nowMs: () => Date.parse(time) };
  if (type === "kubernetes.cluster.synced") {
    const uid = "2f1b6c0e-93c7-4c53-8a0e-5f7a1c9b7d42";
    const event = syncEventOf({ cluster, uid, summary: data as SyncSummary }, clock);
    return JSON.parse(event.text(Number(sequence))) as ChangeEvent;
  }
  const object = data as KubeObject;
  const { kind, apiVersion } = object;
  const plural = subject.split("/")[1] ?? "";
  const resource = { ...splitApiVersion(apiVersion), kind, plural } as Resource;
  const change = { type: type.split(".").at(-1), object, ...(finalstate && { finalState: finalstate }) } as Change;
  return JSON.parse(changeEventOf({ cluster, resource, change }, clock).text(Number(sequence))) as ChangeEvent;
}

describe("docs/events.md", () => {
  it("shows one event of each type, as it is made", () => {
    const types: readonly ChangeEventType[] = [
      "kubernetes.resource.created",
      "kubernetes.resource.updated",
      "kubernetes.resource.deleted",
      "kubernetes.cluster.synced",
    ];
    assert.deepEqual(
      examples.map(({ type }) => type),
      types,
    );
    for (const example of examples) assert.deepEqual(madeAgain(example), example);
  });
});
