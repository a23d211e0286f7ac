import koffi from "koffi";

/**
 * The system calls that Node has no words for. They take and give integers and buffers and nothing else: what a buffer
 * means is decided by the codecs, where tests can see it. For one thread only.
 */
export type Calls = Readonly<{
  setns(fd: number, type: number): CallResult;
  socket(domain: number, type: number, protocol: number): CallResult;
  bind(fd: number, address: Uint8Array): CallResult;
  setsockopt(fd: number, option: Readonly<{ level: number; name: number; value: Uint8Array }>): CallResult;
  send(fd: number, bytes: Uint8Array): CallResult;
  /**
   * The same on a thread of Node's pool: for what the kernel takes long to do. Its errno is lost: -1 tells no more. The
   * bytes must be off V8's heap, as those of an ArrayBuffer are, and held by the caller to the end.
   */
  sendAside(fd: number, bytes: Uint8Array, length: number): Promise<number>;
  /** Fills `into` and answers how many bytes came; more than its length means that the rest is lost. */
  receive(fd: number, into: Uint8Array): CallResult;
  close(fd: number): CallResult;
  flock(fd: number, operation: number): CallResult;
  /** bpf(2); `attributes` may hold addresses of buffers by `addressOf`. */
  bpf(command: number, attributes: Uint8Array): CallResult;
  addressOf(bytes: Uint8Array): bigint;
  /** Gives what the process has freed back to the kernel. Of glibc only; another C library does so by itself. */
  trim(): void;
  /** Ends the process at once. */
  abort(): void;
}>;

/** What a call answered; `errno` is 0 unless the answer is negative. */
export type CallResult = Readonly<{ value: number; errno: number }>;

const messageTruncated = 0x20;

/** Loads libc's functions from the process itself. Throws where koffi's binary for this machine is missing. */
export function loadCalls(): Calls {
  const libc = koffi.load(null);
  const setns = libc.func("int setns(int fd, int type)");
  const socket = libc.func("int socket(int domain, int type, int protocol)");
  const bind = libc.func("int bind(int fd, void *address, uint32_t length)");
  const setsockopt = libc.func("int setsockopt(int fd, int level, int name, void *value, uint32_t length)");
  const send = libc.func("int64_t send(int fd, void *bytes, size_t length, int flags)");
  const recv = libc.func("int64_t recv(int fd, void *into, size_t length, int flags)");
  const close = libc.func("int close(int fd)");
  const flock = libc.func("int flock(int fd, int operation)");
  const syscall = libc.func("int64_t syscall(int64_t number, int64_t first, void *second, uint64_t third)");
  const abort = libc.func("void abort()");
  const trim = found(() => libc.func("int malloc_trim(size_t keep)"));

  // Nothing may come between a call and its errno, not even an allocation of ours.
  const result = (value: number): CallResult => ({ errno: value < 0 ? koffi.errno() : 0, value });
  return {
    setns: (fd, type) => result(setns(fd, type)),
    socket: (domain, type, protocol) => result(socket(domain, type, protocol)),
    bind: (fd, address) => result(bind(fd, address, address.length)),
    setsockopt: (fd, { level, name, value }) => result(setsockopt(fd, level, name, value, value.length)),
    send: (fd, bytes) => result(send(fd, bytes, bytes.length, 0)),
    sendAside: (fd, bytes, length) => {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      send.async(fd, bytes, length, 0, (error: unknown, value: number) => (error ? reject(error) : resolve(value)));
      return promise;
    },
    receive: (fd, into) => result(recv(fd, into, into.length, messageTruncated)),
    close: (fd) => result(close(fd)),
    flock: (fd, operation) => result(flock(fd, operation)),
    bpf: (command, attributes) => result(Number(syscall(bpfNumber(), command, attributes, attributes.length))),
    addressOf: (bytes) => koffi.address(bytes),
    trim: () => void trim?.(0),
    abort: () => void abort(),
  };
}

/** Undefined where libc has no such function. */
function found<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** libc has no function for it. */
function bpfNumber(): number {
  if (process.arch === "x64") return 321;
  if (process.arch === "arm64") return 280;
  throw new Error(`bpf(2) has no known number on ${process.arch}`);
}
