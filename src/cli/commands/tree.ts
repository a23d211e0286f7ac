import { UsageError } from "../../base/index.ts";
import { type ClusterInfo, type JsonObject, splitApiVersion, statusOf, toYaml } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { findObjects } from "../findings.ts";
import { namespaceOf, type ServedCall, withServer } from "../fleet-call.ts";
import { type Entry, entriesOf } from "../output/entries.ts";
import { parseQuestions, type Question } from "../question.ts";
import { askRelations, type TreeQuestion } from "../tree/ask.ts";
import { buildTree, type Way } from "../tree/build.ts";
import { drawTree } from "../tree/draw.ts";
import { type TreeEnd, type TreeNode } from "../tree/model.ts";

type Tree = readonly [cluster: ClusterInfo, root: TreeNode];

const formats = ["tree", "json", "yaml"];
const ways: readonly Way[] = ["tree", "out", "in", "both"];
const deepest = 10;

/** `heddle tree KIND/NAME`: what an object owns, needs and is needed by, as a tree for each cluster that has it; of one that is not there, who names it. */
export async function run(call: CommandCall): Promise<number> {
  const { flags } = call;
  const questions = parseQuestions(call.args, "tree");
  if (questions.length !== 1 || questions[0]?.names?.length !== 1)
    throw new UsageError("heddle tree takes one object: heddle tree deploy/web");
  const format = flags.text("output") ?? "tree";
  if (!formats.includes(format)) throw new UsageError(`-o ${format}: expected one of ${formats.join(", ")}`);
  const question = questionOf(call);
  return withServer(call, async (fleet) => {
    const found = await findObjects(fleet, questions, { namespace: namespaceOf(fleet) });
    const entries = found.sections.flatMap(entriesOf);
    const trees: Tree[] = [];
    for (const entry of entries) trees.push([entry.cluster, await growTree(fleet, entry, question)]);
    const [asked] = questions;
    if (entries.length === 0 && found.missing.length > 0 && asked !== undefined)
      trees.push(...(await growMissing(fleet, asked, question)));
    if (format === "json") await fleet.output.write(`${JSON.stringify(document(trees), undefined, 4)}\n`);
    else if (format === "yaml") await fleet.output.write(toYaml(document(trees)));
    else await draw(fleet, trees);
    const untold = [...found.failures, ...found.missing];
    for (const line of untold) fleet.output.note(line);
    return untold.length === 0 ? 0 : 1;
  });
}

function questionOf({ flags }: CommandCall): TreeQuestion {
  const depth = flags.text("depth") ?? "3";
  if (!/^\d+$/.test(depth) || Number(depth) < 1 || Number(depth) > deepest)
    throw new UsageError(`--depth ${depth}: expected a number of hops from 1 to ${deepest}`);
  const direction = flags.text("direction") ?? "tree";
  const way = ways.find((known) => known === direction);
  if (way === undefined) throw new UsageError(`--direction ${direction}: expected one of ${ways.join(", ")}`);
  return { depth: Number(depth), types: flags.has("types") ? flags.list("types") : undefined, way };
}

async function growTree(fleet: ServedCall, { cluster, object }: Entry, question: TreeQuestion): Promise<TreeNode> {
  const { word, healthy } = statusOf(object);
  const health = healthy === "progressing" ? healthy : healthy ? "healthy" : "unhealthy";
  const { namespace, name } = object.metadata;
  const root: TreeEnd = {
    group: splitApiVersion(object.apiVersion).group,
    kind: object.kind,
    ...(namespace !== undefined && { namespace }),
    name,
    missing: false,
    attributes: { status: word, health },
  };
  const kind = root.group === "" ? root.kind : `${root.kind}.${root.group}`;
  const named = { cluster: cluster.id, kind, namespace, name };
  const { edges, cut } = await askRelations({ server: fleet.session.server, root: named, question }, fleet.signal);
  if (cut)
    fleet.output.note(`warning: cluster ${cluster.id}: there is more than is shown; --depth and --types limit it`);
  const own = edges.flatMap(({ from, to }) => [from, to]).find((end) => isSame(end, root));
  return buildTree(own ?? root, edges, question);
}

/** The trees of an object that no cluster has, where others name it: who does. */
async function growMissing(
  fleet: ServedCall,
  { kind, names: [name = ""] = [] }: Question,
  question: TreeQuestion,
): Promise<readonly Tree[]> {
  const namespace = namespaceOf(fleet);
  const grown = fleet.clusters.map(async (cluster): Promise<readonly Tree[]> => {
    try {
      const asked = { server: fleet.session.server, root: { cluster: cluster.id, kind, namespace, name }, question };
      const { root, edges } = await askRelations(asked, fleet.signal);
      return root?.missing === true ? [[cluster, buildTree(root, edges, question)]] : [];
    } catch {
      // That it is not there is told already.
      fleet.signal.throwIfAborted();
      return [];
    }
  });
  return (await Promise.all(grown)).flat();
}

const isSame = (a: TreeEnd, b: TreeEnd): boolean =>
  a.group === b.group && a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;

async function draw({ output, clusters }: ServedCall, trees: readonly Tree[]): Promise<void> {
  for (const [index, [cluster, tree]] of trees.entries()) {
    if (index > 0) await output.write("\n");
    if (clusters.length > 1) await output.write(`${cluster.id}:\n`);
    await output.write(drawTree(tree, { colour: output.colour, headers: true }));
  }
}

const document = (trees: readonly Tree[]): readonly JsonObject[] =>
  trees.map(([cluster, tree]) => ({ cluster: cluster.id, ...nodeDocument(tree) }));

function nodeDocument({ relation, end, repeated, children }: TreeNode): JsonObject {
  const { missing, ...object } = end;
  return {
    ...(relation && { relation: relation.type, direction: relation.direction, because: relation.because }),
    ...object,
    ...(missing && { missing }),
    ...(repeated && { repeated }),
    ...(children.length > 0 && { children: children.map(nodeDocument) }),
  };
}
