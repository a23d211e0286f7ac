import { type CombinedError } from "urql";

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
    return { title: "The server refused the question", detail: first.message, leave: false, ...codeOf(code) };
  }
  if (status !== undefined)
    return { title: `The server answered ${status}`, detail: error.networkError?.message ?? "", leave: false };
  return {
    title: "The server cannot be reached",
    detail: "What is shown is what was last known. Trying again every few seconds.",
    leave: false,
  };
}

const codeOf = (code: unknown): Pick<FailureWords, "code"> => (typeof code === "string" ? { code } : {});
