import { type Serving } from "../ports.ts";

type Surroundings = Readonly<{
  env: Readonly<Record<string, string | undefined>>;
  /** The server does not listen where commands look for one. */
  ownAddress: boolean;
}>;

/** What a person who has just started a server wants to know: where to look, and three commands to try. */
export async function greeting(serving: Serving, { env, ownAddress }: Surroundings): Promise<string> {
  const { address, url } = serving;
  // Started by npm, in a checkout: the command is not on the PATH.
  const command = env["npm_lifecycle_event"] === undefined ? "heddle" : "npx heddle";
  const server = ownAddress ? ` --server ${new URL(address).host}` : "";
  const examples = ["get pods -A", `tree ${(await serving.example()) ?? "deploy/NAME -n NAMESPACE"}`, "changes -f"];
  return [
    "",
    `Open the console in a browser (this link works once; \`${command} open${server}\` prints another):`,
    `  ${url}`,
    `Try in another terminal:`,
    ...examples.map((example) => `  ${command} ${example}${server}`),
    "Ctrl-C ends.",
    "",
  ].join("\n");
}
