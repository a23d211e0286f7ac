/** One entry of an archive; a string target makes a symbolic link. */
export type TarEntry = Readonly<{
  name: string;
  content: Buffer | Readonly<{ linkTo: string }> | "folder";
  mode?: number;
}>;

const blockBytes = 512;

/** An uncompressed POSIX ustar archive, the same bytes for the same entries. Names up to 100 bytes. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [headerOf(entry), padded(contentOf(entry))]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

const contentOf = ({ content }: TarEntry): Buffer => (Buffer.isBuffer(content) ? content : Buffer.alloc(0));

const padded = (content: Buffer): Buffer =>
  Buffer.concat([content, Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes)]);

function headerOf(entry: TarEntry): Buffer {
  const { name, content, mode = content === "folder" ? 0o755 : 0o644 } = entry;
  if (Buffer.byteLength(name) > 100) throw new RangeError(`"${name}" is longer than the 100 bytes of a tar name`);
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, length: number): void =>
    void header.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at);
  header.write(name, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(contentOf(entry).length, 124, 12);
  octal(0, 136, 12);
  header.write("        ", 148);
  header.write(typeOf(content), 156);
  if (typeof content === "object" && "linkTo" in content) header.write(content.linkTo, 157);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

const typeOf = (content: TarEntry["content"]): string => {
  if (content === "folder") return "5";
  return Buffer.isBuffer(content) ? "0" : "2";
};
