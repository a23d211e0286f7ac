import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { type IncomingMessage } from "node:http";
import { request } from "node:https";
import { json } from "node:stream/consumers";
import { describe, it } from "node:test";
import { parseAllDocuments, stringify } from "yaml";
import { kubeForTest, type KubeCluster } from "../../../test/kube/index.ts";
import {
  apiVersionOf,
  type KubeObject,
  parseClusterId,
  type Resource,
  resourceName,
  resourcePath,
  splitApiVersion,
} from "../../model/index.ts";
import { createLayout } from "../output/layout.ts";
import { createSectionRows } from "../output/sections.ts";
import { resource } from "../testing/memory-fleet.ts";
import { type Table } from "./column.ts";
import { customTable } from "./custom.ts";
import { builtInTable, genericTable } from "./registry.ts";

const cluster = { id: parseClusterId("real"), name: "real", server: "" };

/** Kinds of which only the API server itself knows how they look: no table of ours, none of a definition. */
const withoutTable = new Set(["componentstatuses"]);

describe("our tables beside kubectl's, on a real API server", () => {
  it("show every kind in the same columns and words, cell by cell", async (t) => {
    const kube = await kubeForTest(t);
    if (kube === undefined) return;
    await createEverything(kube);
    const kinds = (await listedKinds(kube)).filter((kind) => !withoutTable.has(resourceName(kind)));
    const compared: string[] = [];
    const compareNext = async (): Promise<void> => {
      for (let kind = kinds.pop(); kind !== undefined; kind = kinds.pop())
        if ((await compareKind(kube, kind)) > 0) compared.push(resourceName(kind));
    };
    await Promise.all([compareNext(), compareNext(), compareNext()]);
    t.diagnostic(`${compared.length} kinds with objects: ${compared.join(", ")}`);
    assert.ok(compared.length >= 45, `only ${compared.length} kinds had objects to compare`);
  });
});

/** Kinds that the API server sorts for its own table only. */
const sortedByServer = new Set(["flowschemas.flowcontrol.apiserver.k8s.io"]);

/** kubectl leaves blanks behind an empty last cell. */
function inOrder(text: string, name: string): string {
  const lines = text.split("\n").map((line) => line.trimEnd());
  return (sortedByServer.has(name) ? lines.sort() : lines).join("\n");
}

/** Ages move while two commands run: rows are compared again until they fall into the same second. */
async function compareKind(kube: KubeCluster, kind: Resource): Promise<number> {
  const deadlineMs = Date.now() + 120_000;
  for (;;) {
    const name = resourceName(kind);
    const scope = kind.namespaced ? ["-A"] : [];
    const items = await listObjects(kube, kind);
    for (const wide of name === "pods" ? [true, false] : [true]) {
      const theirs = inOrder(await kube.kubectl(["get", name, ...scope, ...(wide ? ["-o", "wide"] : [])]), name);
      const shown = items.length === 0 ? "" : await ourLines(kube, { kind, objects: items, wide });
      const ours = inOrder(shown, name);
      if (ours === theirs) continue;
      if (Date.now() < deadlineMs && withoutAges(ours) === withoutAges(theirs)) break;
      assert.deepEqual(ours.split("\n"), theirs.split("\n"), name);
    }
    return items.length;
  }
}

/** A list as the API server gives it: kubectl would take half of the test's time. */
async function listObjects(kube: KubeCluster, kind: Resource): Promise<readonly KubeObject[]> {
  const headers = { authorization: `Bearer ${kube.adminToken}` };
  const answer = request(`${kube.server}${resourcePath(kind)}`, { ca: kube.ca, headers }).end();
  const [response] = (await once(answer, "response")) as [IncomingMessage];
  const list = (await json(response)) as { items: readonly KubeObject[] | null };
  const identity = { apiVersion: apiVersionOf(kind), kind: kind.kind };
  return (list.items ?? []).map((object) => ({ ...object, ...identity }));
}

const withoutAges = (text: string): string => text.replaceAll(/\d+[smhdy](\d+[smhd])?/g, "AGE").replaceAll(/ +/g, " ");

type Shown = Readonly<{ kind: Resource; objects: readonly KubeObject[]; wide: boolean }>;

/** Our table of these objects without the column of the cluster. */
async function ourLines(kube: KubeCluster, { kind, objects, wide }: Shown): Promise<string> {
  const options = { wide, namespaces: true, prefixKind: false, showLabels: false, labelColumns: [], colour: false };
  const { headers, row } = createSectionRows(kind, await tableOf(kube, kind), { ...options, nowMs: Date.now() });
  const rows = [headers, ...objects.map((object) => row({ cluster, object, kept: false }))];
  return createLayout().lines(rows.map((cells) => cells.slice(1)));
}

async function tableOf(kube: KubeCluster, kind: Resource): Promise<Table> {
  const known = await builtInTable(kind);
  if (known !== undefined) return known;
  if (!kind.group.endsWith("example.com")) return genericTable;
  const definition = await kube.kubectl(["get", "crd", resourceName(kind), "-o", "json"]);
  return customTable(JSON.parse(definition) as KubeObject, kind.version);
}

/** Every kind that can be listed, in its preferred version. */
async function listedKinds(kube: KubeCluster): Promise<Resource[]> {
  const lines = (await kube.kubectl(["api-resources", "--verbs=list", "--no-headers"])).trim().split("\n");
  return lines.map((line) => {
    const [plural = "", ...rest] = line.trim().split(/\s+/);
    const [apiVersion = "", namespaced = "", kind = ""] = rest.slice(-3);
    return resource({ ...splitApiVersion(apiVersion), kind, plural, namespaced: namespaced === "true" });
  });
}

const folders = ["./testdata/", "../../model/status/testdata/"];

/** Creates every object of the testdata with its status, and deletes those that are to be seen on their way out. */
async function createEverything(kube: KubeCluster): Promise<void> {
  await kube.kubectl(["create", "serviceaccount", "default"]);
  const objects = (await Promise.all(folders.map(readObjects))).flat();
  const isDefinition = ({ kind }: KubeObject): boolean => kind === "CustomResourceDefinition";
  await createObjects(kube, objects.filter(isDefinition));
  await kube.kubectl([
    "wait",
    "--for=condition=Established",
    "crd",
    "fabrics.weave.example.com",
    "plains.weave.example.com",
  ]);
  await createObjects(
    kube,
    objects.filter((object) => !isDefinition(object) && object.apiVersion !== "example.com/v1"),
  );
}

async function readObjects(folder: string): Promise<readonly KubeObject[]> {
  const url = new URL(folder, import.meta.url);
  const texts = await Promise.all((await readdir(url)).map((file) => readFile(new URL(file, url), "utf8")));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as KubeObject));
}

/** The API server decides about these itself. */
const ownStatus = new Set([
  "CustomResourceDefinition",
  "APIService",
  "Namespace",
  "Event",
  "CertificateSigningRequest",
]);

async function createObjects(kube: KubeCluster, objects: readonly KubeObject[]): Promise<void> {
  const known = new Set(["v1.apps", "active"]);
  const created = objects.filter(({ metadata, kind }) => !(kind === "APIService" && known.has(metadata.name)));
  await kube.kubectl(["create", "--validate=false", "-f", "-"], { input: documents(created.map(withoutDeletion)) });
  const withStatus = created.filter(({ kind, status }) => status !== undefined && !ownStatus.has(kind));
  if (withStatus.length > 0)
    await kube.kubectl(["replace", "--validate=false", "--subresource=status", "-f", "-"], {
      input: documents(withStatus.map(withoutDeletion)),
    });
  const going = created.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  if (going.length > 0) await kube.kubectl(["delete", "--wait=false", "-f", "-"], { input: documents(going) });
}

const documents = (objects: readonly KubeObject[]): string => objects.map((object) => stringify(object)).join("---\n");

function withoutDeletion(object: KubeObject): KubeObject {
  const { deletionTimestamp: _, generation: __, ...metadata } = object.metadata;
  return { ...object, metadata };
}
