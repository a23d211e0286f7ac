import { type Need } from "./install.ts";

const why = "tries heddle's completion in it";

/** The shells that heddle's completion scripts are tried in. */
export const shellNeeds = {
  bash: { command: "bash", debianPackage: "bash", why },
  zsh: { command: "zsh", debianPackage: "zsh", why },
  fish: { command: "fish", debianPackage: "fish", why },
} as const satisfies Readonly<Record<string, Need>>;

export const chromium: Need = { command: "chromium", debianPackage: "chromium", why: "opens heddle's page" };

/** Everything that tests need besides clusters: installed before the first of them. */
export const testNeeds: readonly Need[] = [...Object.values(shellNeeds), chromium];
