import { HeddleError } from "../../base/index.ts";
import { isIPv4, isIPv6, type Socket } from "node:net";

const version = 5;
const noAuthentication = 0;
const userNameAndPassword = 2;

/** RFC 1928 §6. */
const refusals: readonly string[] = [
  "",
  "general failure",
  "its rules do not allow it",
  "the network is unreachable",
  "the host is unreachable",
  "the connection was refused",
  "the TTL expired",
  "the command is not supported",
  "the address type is not supported",
];

const forbiddenByRules = 2;

/** What a proxy said no with; not to be tried again unless said otherwise. */
export const refused = (message: string, retryable = false): HeddleError =>
  new HeddleError(message, { code: "HEDDLE_CLUSTER_UNREACHABLE", retryable });

/**
 * Asks a SOCKS5 proxy (RFC 1928, user names by RFC 1929) on `socket` to connect to a host; names are resolved by the
 * proxy. Resolves when what follows on the socket is the host's. Leaves the socket open when it fails.
 */
export async function greet(
  socket: Socket,
  { host, port }: Readonly<{ host: string; port: number }>,
  credentials: Readonly<{ username: string; password: string }> | undefined,
): Promise<void> {
  const methods = credentials === undefined ? [noAuthentication] : [noAuthentication, userNameAndPassword];
  socket.write(Buffer.of(version, methods.length, ...methods));
  const [answered, method] = await take(socket, 2);
  if (answered !== version) throw refused("it does not speak SOCKS5");
  if (method === userNameAndPassword && credentials !== undefined) await authenticate(socket, credentials);
  else if (method !== noAuthentication) throw refused("it wants another kind of authentication than ours");

  const address = addressOf(host);
  socket.write(Buffer.concat([Buffer.of(version, 1, 0), address, Buffer.of(port >> 8, port & 255)]));
  const [, reply, , kind] = await take(socket, 4);
  if (reply !== 0) throw refused(`it refused: ${refusals[reply ?? 1] ?? `code ${reply}`}`, reply !== forbiddenByRules);
  await take(socket, (await boundAddressBytes(socket, kind)) + 2);
}

async function authenticate(
  socket: Socket,
  { username, password }: Readonly<{ username: string; password: string }>,
): Promise<void> {
  socket.write(Buffer.concat([Buffer.of(1), lengthPrefixed(username), lengthPrefixed(password)]));
  const [, status] = await take(socket, 2);
  if (status !== 0) throw refused("it refused the user name and password");
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new Error("a name or password for SOCKS5 has at most 255 bytes");
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** Kind and bytes: 1 is IPv4, 4 is IPv6, 3 is a name with its length. */
function addressOf(host: string): Buffer {
  if (isIPv4(host)) return Buffer.of(1, ...host.split(".").map(Number));
  if (isIPv6(host)) return Buffer.concat([Buffer.of(4), ipv6Bytes(host)]);
  return Buffer.concat([Buffer.of(3), lengthPrefixed(host)]);
}

/** The WHATWG URL parser writes any IPv6 address in its canonical form: groups with at most one "::". */
function ipv6Bytes(address: string): Buffer {
  const canonical = new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname.slice(1, -1);
  const [left = "", right] = canonical.split("::");
  const groups = (text: string | undefined): string[] => (text ? text.split(":") : []);
  const [before, after] = [groups(left), groups(right)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const bytes = Buffer.alloc(16);
  [...before, ...zeros, ...after].forEach((group, index) => bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2));
  return bytes;
}

async function boundAddressBytes(socket: Socket, kind: number | undefined): Promise<number> {
  if (kind === 1) return 4;
  if (kind === 4) return 16;
  return (await take(socket, 1))[0] ?? 0;
}

/** Exactly so many bytes from the socket, which stays paused between calls. */
async function take(socket: Socket, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  for (;;) {
    const chunk: unknown = socket.read(length);
    if (chunk instanceof Buffer && chunk.length === length) return chunk;
    await readable(socket);
  }
}

/** Resolves when there may be more to read; rejects when there never will. */
function readable(socket: Socket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onEnd = (): void => reject(new Error("it closed the connection"));
  if (socket.destroyed || socket.readableEnded) onEnd();
  socket.once("readable", resolve).once("end", onEnd).once("close", onEnd).once("error", reject);
  return promise.finally(() => {
    socket.off("readable", resolve).off("end", onEnd).off("close", onEnd).off("error", reject);
  });
}
