import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import { type AnyVariables, type OperationResult } from "urql";
import { client } from "./client.ts";
import { type FailureWords, failureWords } from "./failure-words.ts";
import { answered, unanswered } from "./reach.ts";

/** What is known of a question's answer. `data` stays while it is asked again and when asking fails. */
export type Live<Data> = Readonly<{ data?: Data; failure?: FailureWords; again(): void }>;

export type LiveOptions = Readonly<{
  /** How long after an answer it is asked again; left out: once. */
  everyMs?: number;
  /** Not asked at all while false. */
  wanted?: boolean;
}>;

type Known<Data> = Readonly<{ key: string; data?: Data; failure?: FailureWords }>;

const slowestMs = 10_000;

/**
 * Asks while the page is in sight, again every `everyMs`, and slower after failures. Another question begins with what
 * is remembered of it, so that going back shows at once what was there.
 */
export function useLive<Data>(document: string, variables: AnyVariables, options: LiveOptions = {}): Live<Data> {
  const { everyMs, wanted = true } = options;
  const key = JSON.stringify([document, variables]);
  const [known, setKnown] = useState<Known<Data>>(() => ({ key, ...remembered<Data>(document, variables) }));
  const ask = useEffectEvent(() =>
    client.query<Data>(document, variables, { requestPolicy: "network-only" }).toPromise(),
  );
  const asking = useRef<Asking>(undefined);
  const again = useCallback(() => asking.current?.now(), []);

  useEffect(() => {
    if (!wanted) return undefined;
    const onAnswer = (answer: Answer<Data>): void => setKnown((before) => ({ key, ...kept(before, key), ...answer }));
    const begun = keepAsking<Data>(() => ask(), { onAnswer, everyMs });
    asking.current = begun;
    return () => begun.end();
  }, [key, everyMs, wanted]);

  const current: Omit<Known<Data>, "key"> = known.key === key ? known : remembered<Data>(document, variables);
  return {
    again,
    ...(current.data !== undefined && { data: current.data }),
    ...(current.failure !== undefined && { failure: current.failure }),
  };
}

const kept = <Data>(before: Known<Data>, key: string): Partial<Known<Data>> =>
  before.key === key && before.data !== undefined ? { data: before.data } : {};

function remembered<Data>(document: string, variables: AnyVariables): { data?: Data } {
  const found = client.readQuery<Data>(document, variables);
  return found?.data == null ? {} : { data: found.data };
}

type Answer<Data> = Readonly<{ data?: Data; failure?: FailureWords }>;

type Asking = Readonly<{ now(): void; end(): void }>;
type AskingOptions<Data> = Readonly<{ onAnswer(answer: Answer<Data>): void; everyMs: number | undefined }>;

function keepAsking<Data>(
  ask: () => Promise<OperationResult<Data>>,
  { onAnswer, everyMs }: AskingOptions<Data>,
): Asking {
  let over = false;
  let asking = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const run = async (): Promise<void> => {
    clearTimeout(timer);
    if (asking || over || document.hidden) return;
    asking = true;
    const result = await ask();
    asking = false;
    if (over) return;
    const answer = answerOf(result);
    onAnswer(answer);
    failures = answer.failure === undefined ? 0 : failures + 1;
    if (answer.failure?.leave === true) return;
    const waitMs = failures === 0 ? everyMs : Math.min(slowestMs, 1000 * 2 ** failures);
    if (waitMs !== undefined) timer = setTimeout(() => void run(), waitMs);
  };
  const onSight = (): void => void (document.hidden || run());
  document.addEventListener("visibilitychange", onSight);
  void run();
  return {
    now: () => void run(),
    end() {
      over = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onSight);
    },
  };
}

/** One answer in the page's words; also tells the banner whether the server answers at all. */
export function answerOf<Data>({ data, error }: OperationResult<Data>): Answer<Data> {
  if (error === undefined) {
    answered();
    return data === undefined ? {} : { data };
  }
  const failure = failureWords(error);
  if (error.networkError === undefined) answered();
  else unanswered(failure);
  return { failure, ...(data != null && { data }) };
}
