import { messageOf, UsageError } from "../../base/index.ts";
import { type JsonValue, jsonAt, type KubeObject, listAt, numberAt, stringAt } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { findObjects } from "../findings.ts";
import { type FleetCall, namespaceOf, withFleet } from "../fleet-call.ts";
import { entriesOf } from "../output/entries.ts";
import { findOnePod } from "../pods/find-pods.ts";
import { parseQuestions } from "../question.ts";

type Ports = Readonly<{ local: number; remote: string }>;

/** `heddle port-forward POD 8080:80`: local ports that lead to a pod's, until Ctrl-C. */
export async function run(call: CommandCall): Promise<number> {
  const [word, ...wanted] = call.args;
  if (word === undefined || wanted.length === 0)
    throw new UsageError("heddle port-forward takes a pod and ports: heddle port-forward web-1 8080:80");
  const ports = wanted.map(parsePorts);
  return withFleet(call, async (fleet) => {
    const found = await findOnePod(fleet, word);
    if (found === undefined) return 1;
    const { cluster, object: pod } = found;
    const service = await serviceOf(fleet, word, cluster.id);
    const streams = await fleet.session.podStreams(cluster.id);
    const { name, namespace = "" } = pod.metadata;
    await using forwards = new AsyncDisposableStack();
    for (const { local, remote } of ports) {
      const port = podPort(pod, service, remote);
      const forward = await streams.portForward({
        namespace,
        pod: name,
        port,
        localPort: local,
        localAddress: fleet.flags.text("address") ?? "127.0.0.1",
        signal: fleet.signal,
        onError: (error) => fleet.output.note(`error: port ${port}: ${messageOf(error)}`),
      });
      forwards.use(forward);
      await fleet.output.write(`Forwarding from ${forward.localAddress}:${forward.localPort} -> ${port}\n`);
    }
    await aborted(fleet.signal);
    return 0;
  });
}

/** "8080:80", "80" (the same on both sides), ":80" (any local port), and names of ports on the pod's side. */
export function parsePorts(text: string): Ports {
  const [, given, remote = ""] = /^(?:(\d*):)?([a-z0-9][-a-z0-9]*)$/.exec(text) ?? [];
  const same = /^\d+$/.test(remote) ? remote : "0";
  const local = given === undefined ? same : given || "0";
  if (remote === "" || Number(local) > 65_535 || Number(same) > 65_535)
    throw new UsageError(`"${text}" is no pair of ports: expected 8080:80, 80, :80 or 8080:http`);
  return { local: Number(local), remote };
}

/** The service that was named: its ports are not those of its pods. */
async function serviceOf(fleet: FleetCall, word: string, cluster: string): Promise<KubeObject | undefined> {
  if (!/^(svc|services?)\//.test(word)) return undefined;
  const findings = await findObjects(fleet, parseQuestions([word], "port-forward"), { namespace: namespaceOf(fleet) });
  return findings.sections.flatMap(entriesOf).find((entry) => entry.cluster.id === cluster)?.object;
}

function podPort(pod: KubeObject, service: KubeObject | undefined, remote: string): number {
  if (service === undefined) return containerPort(pod, remote);
  const ports = listAt(service, "spec", "ports");
  const chosen = ports.find((port) => stringAt(port, "name") === remote || String(numberAt(port, "port")) === remote);
  if (chosen === undefined)
    throw new UsageError(
      `service ${service.metadata.name} has no port ${remote}: it has ${ports.map(portText).join(", ")}`,
    );
  const target = jsonAt(chosen, "targetPort") ?? numberAt(chosen, "port") ?? 0;
  return containerPort(pod, String(target));
}

const portText = (port: JsonValue): string => {
  const name = stringAt(port, "name");
  return `${numberAt(port, "port") ?? 0}${name === undefined ? "" : ` (${name})`}`;
};

function containerPort(pod: KubeObject, word: string): number {
  if (/^\d+$/.test(word)) return Number(word);
  const ports = listAt(pod["spec"], "containers").flatMap((container) => listAt(container, "ports"));
  const named = numberAt(
    ports.find((port) => stringAt(port, "name") === word),
    "containerPort",
  );
  if (named !== undefined) return named;
  throw new UsageError(`pod ${pod.metadata.name} has no port named "${word}"`);
}

async function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return;
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}
