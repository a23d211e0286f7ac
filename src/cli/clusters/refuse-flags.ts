import { UsageError } from "../../base/index.ts";
import { type Flags } from "../flags.ts";

const looking = { watch: "-w", interval: "--interval", output: "-o", noHeaders: "--no-headers" };
const adding = {
  name: "--name",
  environment: "--environment",
  region: "--region",
  apiServer: "--api-server",
  tokenFile: "--token-file",
  caFile: "--ca-file",
};
const foreign = {
  show: { ...adding, interval: "--interval" },
  watch: { ...adding, noHeaders: "--no-headers" },
  check: { ...looking, ...adding },
  add: looking,
  remove: { ...looking, ...adding },
} as const;

/** Throws a UsageError for a flag of `heddle clusters` that this use of it would not heed. */
export function refuseFlags(use: keyof typeof foreign, flags: Flags): void {
  const found = Object.entries(foreign[use]).find(([name]) => flags.has(name));
  if (found === undefined) return;
  const said = { show: "", watch: " -w", check: " check", add: " add", remove: " remove" }[use];
  throw new UsageError(
    `${found[1]} means nothing to heddle clusters${said}; heddle clusters --help tells what it goes with`,
  );
}
