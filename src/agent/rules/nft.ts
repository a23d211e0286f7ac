import { spawn } from "node:child_process";
import { HeddleError, messageOf } from "../../base/index.ts";

/** Has nft(8) read a text, in one transaction. Fails with HEDDLE_NFT_FAILED. */
export type Nft = (text: string, signal?: AbortSignal) => Promise<void>;

const timeoutMs = 20_000;

/** `command` is nft, or what runs it elsewhere: ["nsenter", "--net=…", "nft"]. */
export const createNft =
  (command: readonly [string, ...string[]] = ["nft"]): Nft =>
  async (text, signal) => {
    const [file, ...args] = command;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const child = spawn(file, [...args, "-f", "-"], {
      stdio: ["pipe", "ignore", "pipe"],
      timeout: timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (part: string) => (said = (said + part).slice(0, 2000)));
    child.once("error", (cause) =>
      reject(signal?.aborted ? signal.reason : failed(`${messageOf(cause)}; install nftables`, cause)),
    );
    child.once("close", (code, killedBy) =>
      code === 0 ? resolve() : reject(failed(said.trim() || `it ended with ${code ?? killedBy}`)),
    );
    // What it did not read is told by how it ended.
    child.stdin.on("error", () => {});
    child.stdin.end(text);
    await promise;
  };

const failed = (why: string, cause?: unknown): HeddleError =>
  new HeddleError(`nft could not write the node's rules: ${why}`, {
    code: "HEDDLE_NFT_FAILED",
    retryable: true,
    cause,
  });
