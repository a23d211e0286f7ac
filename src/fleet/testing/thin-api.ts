import { type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { type ClusterAccess } from "../../cluster/index.ts";
import { parseClusterId } from "../../model/index.ts";
import { defaultResources } from "../config/model.ts";
import { type PlannedCluster } from "../plan/model.ts";

/** Answers what a fleet asks to connect and to check, and can be told to keep silent or to refuse. */
export type ThinApi = {
  /** Of kube-system; undefined: we may not ask. */
  uid: string | undefined;
  /** Bearer tokens that are taken; undefined: any. */
  tokens: readonly string[] | undefined;
  nodes: readonly string[];
  namespaces: number;
  /** Answers wait for this. */
  answersAfter: Promise<unknown>;
  /** Answers to kube-system that wait now. */
  waiting: number;
  readonly handler: (request: Http2ServerRequest, response: Http2ServerResponse) => void;
};

export function createThinApi(uid?: string): ThinApi {
  const api: ThinApi = {
    uid,
    tokens: undefined,
    nodes: ["Ready"],
    namespaces: 4,
    answersAfter: Promise.resolve(),
    waiting: 0,
    handler: (request, response) => void answer(api, request, response),
  };
  return api;
}

async function answer(
  api: ThinApi,
  { url, headers }: Http2ServerRequest,
  response: Http2ServerResponse,
): Promise<void> {
  api.waiting += 1;
  response.on("close", () => (api.waiting -= 1));
  await api.answersAfter;
  if (response.destroyed) return;
  const token = headers.authorization?.replace("Bearer ", "") ?? "";
  const { status, body } =
    api.tokens === undefined || api.tokens.includes(token) ? found(api, url.split("?")[0] ?? "") : problem(401);
  response.writeHead(status, { "content-type": typeof body === "string" ? "text/plain" : "application/json" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

type Found = Readonly<{ status: number; body: object | string }>;

const problem = (code: number, reason = ""): Found => ({
  status: code,
  body: { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message: `told by the test: ${code}` },
});

function found(api: ThinApi, path: string): Found {
  switch (path) {
    case "/api/v1/namespaces/kube-system":
      if (api.uid === undefined) return problem(403, "Forbidden");
      return { status: 200, body: { kind: "Namespace", metadata: { name: "kube-system", uid: api.uid } } };
    case "/version":
      return { status: 200, body: { gitVersion: "v1.34.4" } };
    case "/livez":
    case "/readyz":
      return { status: 200, body: "ok" };
    case "/api/v1/nodes":
      return { status: 200, body: nodeTable(api.nodes) };
    case "/api/v1/namespaces":
      return { status: 200, body: { items: [{}], metadata: { remainingItemCount: api.namespaces - 1 } } };
    default:
      return problem(404, "NotFound");
  }
}

const nodeTable = (states: readonly string[]) => ({
  kind: "Table",
  columnDefinitions: [{ name: "Name" }, { name: "Status" }],
  rows: states.map((state, index) => ({ cells: [`node-${index}`, state] })),
});

export type PlanAt = Readonly<{ server: string; ca: string; token?: () => string }>;

/** An entry that leads to a server by a token. */
export function plannedAt(id: string, { server, ca, token = () => "secret-token" }: PlanAt): PlannedCluster {
  const access = async (): Promise<ClusterAccess> => {
    const value = { token: token() };
    return {
      server,
      tls: { ca, insecure: false },
      credential: { description: "token", get: async () => value, invalidate() {} },
      warnings: [],
    };
  };
  return {
    info: { id: parseClusterId(id), name: id, server },
    origin: "a test",
    limits: { qps: 0, burst: 1, timeoutMs: 5_000 },
    resources: defaultResources,
    way: server,
    authority: ca,
    access,
  };
}
