import { type CombinedError } from "urql";

/** What the server says of words that it does not know. */
export const [unknownCluster, unknownKind, badSelector] = [
  "HEDDLE_FLEET_UNKNOWN_CLUSTER",
  "HEDDLE_CLUSTER_UNKNOWN_KIND",
  "HEDDLE_SELECTOR_INVALID",
] as const;

/** Why a question was not answered, in words for people, and whether asking again may help. */
export type FailureWords = Readonly<{ title: string; detail: string; code?: string; leave: boolean }>;

/** `leave`: this browser is not let in (any more), so nothing is asked until it comes back with a new link. */
export function failureWords(error: Pick<CombinedError, "networkError" | "graphQLErrors" | "response">): FailureWords {
  const status = (error.response as Response | undefined)?.status;
  if (status === 401)
    return {
      title: "This browser is not let in",
      detail: "The server was started anew, or the link was used before. Run “heddle open” for another link.",
      leave: true,
    };
  const [first] = error.graphQLErrors;
  if (first !== undefined) {
    const { code } = first.extensions;
    const title = titles[String(code)] ?? "The server refused the question";
    return { title, detail: asSentence(first.message), leave: false, ...codeOf(code) };
  }
  if (status !== undefined)
    return { title: `The server answered ${status}`, detail: error.networkError?.message ?? "", leave: false };
  return {
    title: "The server cannot be reached",
    detail: "What is shown is what was last known. Trying again every few seconds.",
    leave: false,
  };
}

const titles: Readonly<Record<string, string>> = {
  [unknownCluster]: "There is no such cluster",
  [unknownKind]: "There is no such kind",
  [badSelector]: "The labels cannot be read",
};

/** Of browsers, and of the bundle's own loader. */
const isPartMissing = /preload css|dynamically imported module|importing a module script|module script failed/i;

/** Why a page could not be drawn, in words for people. */
export function brokenWords(error: unknown): FailureWords {
  const message = error instanceof Error ? error.message : String(error);
  if (!isPartMissing.test(message))
    return {
      title: "It could not be drawn",
      detail: asSentence(message.endsWith(".") ? message : `${message}.`),
      leave: false,
    };
  return {
    title: "A part of the console could not be loaded",
    detail: "The server cannot be reached, or it is of another version by now: then load the page anew.",
    leave: false,
  };
}

/** The server's words as a page writes them. */
const asSentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const codeOf = (code: unknown): Pick<FailureWords, "code"> => (typeof code === "string" ? { code } : {});
