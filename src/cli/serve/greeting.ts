import { type Serving } from "../ports.ts";

type Surroundings = Readonly<{
  env: Readonly<Record<string, string | undefined>>;
  /** The server does not listen where commands look for one. */
  ownAddress: boolean;
}>;

/** Where to look: said as soon as the server listens, for the console shows the sync too. */
export const consoleLink = (serving: Serving, surroundings: Surroundings): string =>
  `Open the console in a browser (this link works once; \`${commandOf(surroundings)} open${serverFlag(serving, surroundings)}\` prints another):\n  ${serving.url}\n`;

/** Started by npm, in a checkout: the command is not on the PATH. */
const commandOf = ({ env }: Surroundings): string =>
  env["npm_lifecycle_event"] === undefined ? "heddle" : "npx heddle";

const serverFlag = ({ address }: Serving, { ownAddress }: Surroundings): string =>
  ownAddress ? ` --server ${new URL(address).host}` : "";

/** What a person who has just started a server can do with it: three commands to try. */
export async function greeting(serving: Serving, surroundings: Surroundings): Promise<string> {
  const command = commandOf(surroundings);
  const server = serverFlag(serving, surroundings);
  const examples = ["get pods -A", `tree ${(await serving.example()) ?? "deploy/NAME -n NAMESPACE"}`, "changes -f"];
  return [
    "",
    `Try in another terminal:`,
    ...examples.map((example) => `  ${command} ${example}${server}`),
    "Ctrl-C ends.",
    "",
  ].join("\n");
}
