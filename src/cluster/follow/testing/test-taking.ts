import { setImmediate } from "node:timers/promises";
import { type Random } from "../../../base/index.ts";
import { type KubeObject } from "../../../model/index.ts";
import { type KnownObject, type ListedBatch, type ListTaking } from "../../model.ts";

type Listed = KnownObject & Readonly<{ object: KubeObject }>;

/** The whole objects of a batch that `createTestTaking` took. */
export const objectsOf = ({ objects }: ListedBatch): readonly KubeObject[] =>
  objects.map((listed) => (listed as Listed).object);

/** Takes each ADDED line as its object, late; now and then it leaves lines that it could have taken. */
export function createTestTaking(random: Random): ListTaking {
  let last: Promise<unknown> = Promise.resolve();
  const take = async (text: string): ReturnType<ListTaking["take"]> => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns--) await setImmediate();
    const objects: Listed[] = [];
    let bytes = 0;
    for (const line of text.split("\n").slice(0, -1)) {
      const object = random() < 0.1 ? undefined : addedBy(line);
      if (object === undefined) break;
      const { uid = "", namespace = "", name, resourceVersion = "" } = object.metadata;
      objects.push({ uid, namespace, name, resourceVersion, object });
      bytes += Buffer.byteLength(line) + 1;
    }
    return { batch: { objects }, bytes };
  };
  return {
    take(lines) {
      const text = lines.toString();
      const answer = last.then(() => take(text));
      last = answer;
      return answer;
    },
    [Symbol.dispose]() {},
  };
}

function addedBy(line: string): KubeObject | undefined {
  try {
    const { type, object } = JSON.parse(line) as { type: string; object: KubeObject };
    return type === "ADDED" ? object : undefined;
  } catch {
    return undefined;
  }
}
