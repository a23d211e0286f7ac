import { describe, it, type TestContext } from "node:test";
import { type Resource } from "../../model/index.ts";
import { deleteSentences } from "./delete-sentences.ts";
import { discoverySentences } from "./discovery-sentences.ts";
import { listSentences } from "./list-sentences.ts";
import { type Sentences, type Setting } from "./setting.ts";
import { watchSentences } from "./watch-sentences.ts";
import { writeSentences } from "./write-sentences.ts";

/** What Heddle's `cluster` relies on, a sentence each: for the real API server and for a simulated one alike. */
export function describeApiServer(
  name: string,
  open: (t: TestContext) => Promise<Pick<Setting, "cluster" | "forget"> | undefined>,
): void {
  describe(`${name}: the API that clusters are asked by`, () => {
    it("keeps every sentence of the contract", async (t) => {
      const opened = await open(t);
      if (opened === undefined) return;
      const { cluster } = opened;
      const resource = async (word: string): Promise<Resource> => {
        const [found] = await cluster.discovery.find(word);
        if (found === undefined) throw new Error(`${word} is not served`);
        return found;
      };
      const groups: Sentences = {
        ...discoverySentences,
        ...writeSentences,
        ...listSentences,
        ...watchSentences,
        ...deleteSentences,
      };
      let count = 0;
      for (const [sentence, run] of Object.entries(groups)) {
        await t.test(sentence, async (t) => {
          const namespace = `contract-${++count}`;
          await cluster.objects.create(await resource("namespaces"), { metadata: { name: namespace } });
          await run({ ...opened, namespace, resource, t });
        });
      }
    });
  });
}
