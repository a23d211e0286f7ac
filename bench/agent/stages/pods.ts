import { type Figure, median, percentile } from "../../model.ts";
import { type NetworkedNode, type Nodes } from "../world/nodes.ts";
import { type Pods, type PodTimes, type Spent, watchPods } from "../world/pods.ts";
import { compare, reference, type Stage } from "./model.ts";

const subjects = ["heddle", "reference"] as const;
type Subject = (typeof subjects)[number];
type BySubject<T> = Readonly<Record<Subject, T>>;

const alone = 6;

/**
 * Pods on real kubelets and containerd 2, in one cluster: two nodes have their network from Heddle, two from the reference
 * plugins. Pods name their node, so no scheduler is in between.
 */
export const podsStage: Stage = async (context) => {
  const { settings, signal, say } = context;
  const nodes = await context.nodes();
  await using pods = await watchPods(nodes.cluster, signal);
  // What is done once: images unpacked, bridges made.
  for (const subject of subjects) await burst(pods, nodes[subject], names(`warm-${subject}`, 4));
  const spentBefore = await spentBy(pods, nodes);
  const one = { heddle: [] as PodTimes[], reference: [] as PodTimes[] };
  for (let turn = 0; turn < alone; turn++)
    for (const subject of inTurn(turn)) {
      const times = await burst(pods, [nodes[subject][0]], names(`one-${turn}-${subject}`, 1));
      one[subject].push(...times);
    }
  const ownMs = perContainer(spentBefore, await spentBy(pods, nodes));
  say(`one pod speaks after ${words(one, ({ speaksMs }) => speaksMs)}`);
  const many = { heddle: [] as (readonly PodTimes[])[], reference: [] as (readonly PodTimes[])[] };
  for (let round = 0; round < settings.podRounds; round++)
    for (const subject of inTurn(round)) {
      const times = await burst(pods, nodes[subject], names(`many-${round}-${subject}`, settings.atOnce));
      many[subject].push(times);
      say(
        `round ${round + 1}: ${subject}: ${settings.atOnce} at once: the last runs after ${last(times).toFixed(0)} ms`,
      );
    }
  return [...figuresOfMany(many, settings.atOnce), ...figuresOfOne(one, ownMs)];
};

const inTurn = (turn: number): readonly Subject[] => (turn % 2 === 0 ? subjects : subjects.toReversed());

const names = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

async function burst(
  pods: Pods,
  nodes: readonly NetworkedNode[],
  pods_: readonly string[],
): Promise<readonly PodTimes[]> {
  const times = await pods.create(pods_, nodes);
  await pods.remove(pods_);
  return times;
}

const last = (times: readonly PodTimes[]): number => Math.max(...times.map(({ runningMs }) => runningMs));

const words = (all: BySubject<readonly PodTimes[]>, of: (times: PodTimes) => number): string =>
  subjects.map((name) => `${median(all[name].map(of)).toFixed(0)} ms (${name})`).join(", ");

type SpentByOperation = Readonly<Record<"create_container" | "start_container", Spent>>;

const spentBy = async (pods: Pods, nodes: Nodes): Promise<BySubject<SpentByOperation>> => {
  const of = async (subject: Subject): Promise<SpentByOperation> => ({
    create_container: await pods.spent(nodes[subject][0], "create_container"),
    start_container: await pods.spent(nodes[subject][0], "start_container"),
  });
  return { heddle: await of("heddle"), reference: await of("reference") };
};

/** Milliseconds that a container's own creation and start took on average, between two looks. */
function perContainer(before: BySubject<SpentByOperation>, after: BySubject<SpentByOperation>): BySubject<number> {
  const of = (subject: Subject): number =>
    (["create_container", "start_container"] as const)
      .map((name) => {
        const [from, to] = [before[subject][name], after[subject][name]];
        return ((to.seconds - from.seconds) / (to.count - from.count)) * 1_000;
      })
      .reduce((sum, ms) => sum + ms, 0);
  return { heddle: of("heddle"), reference: of("reference") };
}

function figuresOfMany(many: BySubject<readonly (readonly PodTimes[])[]>, count: number): readonly Figure[] {
  const rounds = (of: (times: readonly PodTimes[]) => number) => ({
    heddle: many.heddle.map(of),
    reference: many.reference.map(of),
  });
  return [
    ...compare(
      { label: `${count} pods at once, created → the last is Running`, unit: "ms", target: "≤ 1 ×" },
      rounds(last),
    ),
    ...compare(
      { label: "the same, created → Running, p50 of the pods", unit: "ms" },
      rounds((times) =>
        percentile(
          times.map(({ runningMs }) => runningMs),
          0.5,
        ),
      ),
    ),
    ...compare(
      { label: "the same, created → the container's first word, p50", unit: "ms" },
      rounds((times) =>
        percentile(
          times.map(({ speaksMs }) => speaksMs),
          0.5,
        ),
      ),
    ),
  ];
}

/** Of one pod alone: the kubelet looks at its containers once a second, so what a container says is the finer clock. */
function figuresOfOne(one: BySubject<readonly PodTimes[]>, ownMs: BySubject<number>): readonly Figure[] {
  const speaks = (subject: Subject): number => median(one[subject].map(({ speaksMs }) => speaksMs));
  const beyond = (subject: Subject): number => speaks(subject) - ownMs[subject];
  const against = (value: number) => ({ ratio: { to: reference, value } });
  return [
    {
      label: "one pod, created → the container's first word, p50: Heddle",
      value: speaks("heddle"),
      unit: "ms",
      ...against(speaks("heddle") / speaks("reference")),
    },
    {
      label: `one pod, created → the container's first word, p50: ${reference}`,
      value: speaks("reference"),
      unit: "ms",
    },
    {
      label: "of it the container's own start, as the kubelet counts CreateContainer and StartContainer: Heddle",
      value: ownMs.heddle,
      unit: "ms",
    },
    { label: `the same: ${reference}`, value: ownMs.reference, unit: "ms" },
    {
      label: "one pod beyond the container's own start: Heddle",
      value: beyond("heddle"),
      unit: "ms",
      ...against(beyond("heddle") / beyond("reference")),
      target: "≤ 347",
    },
    { label: `one pod beyond the container's own start: ${reference}`, value: beyond("reference"), unit: "ms" },
    {
      label: "one pod, created → Running, p50, which the kubelet tells once a second: Heddle",
      value: median(one.heddle.map(({ runningMs }) => runningMs)),
      unit: "ms",
    },
    { label: `the same: ${reference}`, value: median(one.reference.map(({ runningMs }) => runningMs)), unit: "ms" },
  ];
}
