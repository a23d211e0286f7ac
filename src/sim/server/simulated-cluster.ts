import { type Clock, type Logger, createSeededRandom, silentLogger, systemClock } from "../../base/index.ts";
import { type KubeObject, splitApiVersion } from "../../model/index.ts";
import { type ApiContext } from "../api/context.ts";
import { createObject } from "../api/write.ts";
import { createCatalogue } from "../kinds/catalogue.ts";
import { createObjectStore } from "../store/object-store.ts";
import { startControllers } from "../controllers/start.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { listen } from "./listen.ts";
import { type SimulatedCluster, type SimulatedClusterOptions } from "./model.ts";
import { serveRequest } from "./serve-request.ts";
import { createStreams } from "./streams.ts";

export type SimulatedClusterDeps = Readonly<{ clock?: Pick<Clock, "nowMs" | "after">; log?: Logger }>;

/**
 * Starts an API server on loopback with the namespaces of a new cluster. It speaks TLS and HTTP/2 (and HTTP/1.1), and
 * what it does not have it refuses as a real one refuses what it does not know.
 */
export async function createSimulatedCluster(
  options: SimulatedClusterOptions = {},
  deps: SimulatedClusterDeps = {},
): Promise<SimulatedCluster> {
  const { name = "simulated", port = 0, pastEvents } = options;
  const clock = options.clock ?? deps.clock ?? systemClock;
  const random = options.random ?? createSeededRandom(1);
  const token =
    options.token ?? Buffer.from(Array.from({ length: 24 }, () => Math.floor(random() * 256))).toString("base64url");
  const store = createObjectStore(pastEvents === undefined ? {} : { pastEvents });
  const context: ApiContext = { store, catalogue: createCatalogue(store), clock, random };
  const controllers = startControllers(context, {
    stepping: options.controllers !== false,
    eventsSinceMs: options.eventsSinceMs ?? 0,
  });
  for (const object of [...firstObjects, ...(options.objects ?? [])]) addObject(context, object);
  const streams = createStreams({ store, clock });
  let server = "";
  const serve = { context, streams, token, server: () => server, log: deps.log ?? silentLogger };
  const listening = await listen(port, (exchange) => void serveRequest(serve, exchange));
  server = `https://127.0.0.1:${listening.port}`;
  return {
    name,
    server,
    authority: listening.authority,
    token,
    kubeconfig: () => kubeconfigText([{ name, server, authority: listening.authority, token }]),
    watches: streams.size,
    happen: (happening) => controllers.happen(happening),
    still: () => controllers[Symbol.dispose](),
    forgetPast: () => store.compact(store.skip()),
    async [Symbol.asyncDispose]() {
      controllers[Symbol.dispose]();
      streams[Symbol.dispose]();
      await listening[Symbol.asyncDispose]();
    },
  };
}

const firstObjects: readonly KubeObject[] = ["default", "kube-node-lease", "kube-public", "kube-system"].map(
  (name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  }),
);

/** As if a client had created it; its status and uid are kept. */
function addObject(context: ApiContext, object: KubeObject): void {
  const { group, version } = splitApiVersion(object.apiVersion);
  const resource = context.catalogue
    .all()
    .find((known) => known.group === group && known.version === version && known.kind === object.kind);
  if (resource === undefined) throw new Error(`${object.apiVersion} ${object.kind} is not served`);
  const { namespace } = object.metadata;
  createObject(
    context,
    { resource, ...(namespace === undefined ? {} : { namespace }) },
    { body: object, dryRun: false, fromBeginning: true },
  );
}
