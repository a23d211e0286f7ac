import { spawn } from "node:child_process";

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** How long an opener may take to say that it cannot. Some stay for as long as the browser runs. */
const doubtMs = 3_000;

/** Opens a link in the user's browser; fails when there is none. The browser outlives this process. */
export async function browse(url: string): Promise<void> {
  const [command, ...args] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, doubtMs);
  child.once("error", reject);
  child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    child.unref();
  }
}
