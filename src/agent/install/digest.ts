import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

const pieceBytes = 65_536;

/** The SHA-256 of a file's content and its permissions, read piece by piece: whole, executables would be the agent's largest garbage. */
export async function fileDigest(path: string): Promise<Readonly<{ digest: string; mode: number }>> {
  await using file = await open(path, "r");
  const { mode } = await file.stat();
  const hash = createHash("sha256");
  const piece = Buffer.allocUnsafeSlow(pieceBytes);
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, pieceBytes);
    if (bytesRead === 0) return { digest: hash.digest("hex"), mode: mode & 0o777 };
    hash.update(piece.subarray(0, bytesRead));
  }
}
