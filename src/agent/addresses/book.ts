import { type Clock, HeddleError, type Logger, messageOf } from "../../base/index.ts";
import { type AttachmentKey, attachmentText } from "../attachment.ts";
import { beginBookFile, type BookFile, type BookRows, discardBookFile, isDamage, openBookFile } from "./book-file.ts";
import { chooseAddresses } from "./choose.ts";
import {
  type AddressBook,
  type AttachedPod,
  type Attachment,
  type BookState,
  type HeldAddress,
  type Pool,
  type RangeUsage,
  type Wanted,
} from "./model.ts";
import { Occupancy } from "./occupancy.ts";
import { givesOut } from "./pool.ts";

export type AddressBookDeps = Readonly<{ clock: Clock; log: Logger }>;

export type AddressBookOptions = Readonly<{
  /** The database's file; its folder exists. */
  path: string;
  /** The kernel's boot id: what was attached under another one is gone. */
  bootId: string;
  /** How long an address that was given back is not given out, while others are free. Default 60 s. */
  restMs?: number | undefined;
  /** After which time a release that the disk refused is tried again. Default 5 s. */
  retryMs?: number | undefined;
}>;

/** Opens the book in a file, or begins one. Throws as `openBookFile`. */
export function openAddressBook(deps: AddressBookDeps, options: AddressBookOptions): AddressBook {
  const { file, rows } = openBookFile(options.path, deps.clock.nowMs());
  const book = new FileBook(deps, file, options);
  book.load(rows);
  return book;
}

type Entry = Readonly<{ id: number; attachment: Attachment }>;

/** What is decided comes from memory; what is answered is on disk first. */
class FileBook implements AddressBook {
  readonly #deps: AddressBookDeps;
  readonly #path: string;
  #file: BookFile;
  readonly #bootId: string;
  readonly #restMs: number;
  readonly #retryMs: number;
  readonly #occupancy: Occupancy;
  readonly #entries = new Map<string, Entry>();
  readonly #droppedAtBoot: Attachment[] = [];
  #unwritten: readonly Readonly<{ id: number; atMs: number }>[] = [];
  #cancelRetry: () => void = () => {};

  constructor(deps: AddressBookDeps, file: BookFile, options: AddressBookOptions) {
    this.#deps = deps;
    this.#path = options.path;
    this.#file = file;
    this.#bootId = options.bootId;
    this.#restMs = options.restMs ?? 60_000;
    this.#retryMs = options.retryMs ?? 5_000;
    this.#occupancy = new Occupancy(this.#restMs);
  }

  reserve(key: AttachmentKey, wanted: Wanted): Attachment {
    const text = attachmentText(key);
    const known = this.#entries.get(text);
    if (known !== undefined) return known.attachment;
    const nowMs = this.#deps.clock.nowMs();
    if (this.#occupancy.wake(nowMs)) this.#forgetResting(nowMs);
    const addresses = chooseAddresses(wanted, this.#occupancy);
    const { pod, link } = wanted;
    const attachment = { key, addresses, ...(pod && { pod }), link, settled: false, reservedAtMs: nowMs };
    this.#insert(attachment);
    for (const { address } of addresses)
      for (const range of wanted.pools.flat().filter((one) => givesOut(one, address)))
        this.#occupancy.gave(range, address);
    return attachment;
  }

  settle(key: AttachmentKey): void {
    if (this.find(key)?.settled === false) this.#change(key, { settled: true }, (file, id) => file.settle(id));
  }

  describe(key: AttachmentKey, pod: AttachedPod): void {
    this.#change(key, { pod }, (file, id) => file.describe(id, pod));
  }

  adopt(attachment: Attachment): readonly HeldAddress[] {
    const text = attachmentText(attachment.key);
    const isOthers = ({ address }: HeldAddress): boolean => (this.#occupancy.holderOf(address) ?? text) !== text;
    const [lost, addresses] = [
      attachment.addresses.filter(isOthers),
      attachment.addresses.filter((held) => !isOthers(held)),
    ];
    if (this.#entries.has(text)) return lost;
    // Whether or not the disk takes it now: these are nobody else's.
    for (const { address } of addresses) this.#occupancy.hold(address, text);
    this.#insert({ ...attachment, addresses });
    return lost;
  }

  release(key: AttachmentKey): Attachment | undefined {
    const text = attachmentText(key);
    const entry = this.#entries.get(text);
    if (entry === undefined) return undefined;
    const atMs = this.#deps.clock.nowMs();
    this.#entries.delete(text);
    for (const { address } of entry.attachment.addresses) this.#occupancy.rest(address, atMs);
    this.#unwritten = [...this.#unwritten, { id: entry.id, atMs }];
    this.#writeReleases();
    return entry.attachment;
  }

  find(key: AttachmentKey): Attachment | undefined {
    return this.#entries.get(attachmentText(key))?.attachment;
  }

  attachments(): readonly Attachment[] {
    return [...this.#entries.values()].map(({ attachment }) => attachment);
  }

  usage(pools: readonly Pool[]): readonly RangeUsage[] {
    this.#occupancy.wake(this.#deps.clock.nowMs());
    return pools.flat().map((range) => this.#occupancy.usageOf(range));
  }

  hasFree(pool: Pool): boolean {
    return pool.some((range) => this.#occupancy.hasFree(range));
  }

  tend(): boolean {
    if (this.#file.isInPlace()) return false;
    this.#write(() => {});
    return true;
  }

  state(): BookState {
    const { setAside } = this.#file;
    return { unwritten: this.#unwritten.length, droppedAtBoot: this.#droppedAtBoot, ...(setAside && { setAside }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#writeReleases();
    this.#cancelRetry();
    this.#file[Symbol.dispose]();
  }

  load({ attachments, addresses }: BookRows): void {
    for (const { id, boot, attachment } of attachments) {
      if (boot !== this.#bootId) {
        this.#droppedAtBoot.push(attachment);
        this.#unwritten = [...this.#unwritten, { id, atMs: this.#deps.clock.nowMs() }];
        continue;
      }
      this.#take({ id, attachment });
    }
    for (const { address, restingSinceMs } of addresses)
      if (restingSinceMs !== undefined) this.#occupancy.rest(address, restingSinceMs);
    for (const { addresses: held } of this.#droppedAtBoot)
      for (const { address } of held) this.#occupancy.rest(address, this.#deps.clock.nowMs());
    this.#writeReleases();
  }

  #insert(attachment: Attachment): void {
    // Its addresses may be those of a release that is not on disk yet.
    this.#write((file) => {
      if (this.#unwritten.length > 0) file.release(this.#unwritten);
      this.#unwritten = [];
      for (const id of file.insert([attachment], this.#bootId)) this.#take({ id, attachment });
    });
  }

  #change(key: AttachmentKey, facts: Partial<Attachment>, write: (file: BookFile, id: number) => void): void {
    const text = attachmentText(key);
    const entry = this.#entries.get(text);
    if (entry === undefined) return;
    this.#write((file) => {
      // A file that was begun anew has other ids.
      const { id } = this.#entries.get(text) ?? entry;
      write(file, id);
      this.#entries.set(text, { id, attachment: { ...entry.attachment, ...facts } });
    });
  }

  #take(entry: Entry): void {
    const text = attachmentText(entry.attachment.key);
    this.#entries.set(text, entry);
    for (const { address } of entry.attachment.addresses) this.#occupancy.hold(address, text);
  }

  /** Runs work on the file; where that was deleted or is damaged, on a new one that holds what memory knows. */
  #onFile(work: (file: BookFile) => void): void {
    if (!this.#file.isInPlace()) this.#beginAnew();
    try {
      work(this.#file);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#beginAnew();
      work(this.#file);
    }
  }

  #beginAnew(): void {
    const { clock, log } = this.#deps;
    log.warn({ path: this.#path }, "the agent's database was deleted or is damaged, and is written anew");
    // First: its end would take the new one's journal along.
    this.#file[Symbol.dispose]();
    const { file } = beginBookFile(this.#path, clock.nowMs());
    const entries = [...this.#entries];
    try {
      const ids = file.insert(
        entries.map(([, { attachment }]) => attachment),
        this.#bootId,
      );
      entries.forEach(([text, entry], index) => this.#entries.set(text, { ...entry, id: ids[index] ?? entry.id }));
    } catch (error) {
      // One without all that is known would be taken for whole.
      discardBookFile(file, this.#path);
      throw error;
    }
    this.#file = file;
    this.#unwritten = [];
  }

  #write(work: (file: BookFile) => void): void {
    try {
      this.#onFile(work);
    } catch (error) {
      throw new HeddleError(
        `the agent's database cannot be written: ${messageOf(error)}: look at the space left there`,
        {
          code: "HEDDLE_ADDRESSES_UNWRITABLE",
          retryable: true,
          cause: error,
        },
      );
    }
  }

  #writeReleases(): void {
    this.#cancelRetry();
    if (this.#unwritten.length === 0) return;
    try {
      this.#onFile((file) => file.release(this.#unwritten));
      this.#unwritten = [];
    } catch (error) {
      const { clock, log } = this.#deps;
      log.error({ error: messageOf(error), waiting: this.#unwritten.length }, "released addresses cannot be written");
      this.#cancelRetry = clock.after(this.#retryMs, () => this.#writeReleases());
    }
  }

  #forgetResting(nowMs: number): void {
    try {
      this.#file.forgetResting(nowMs - this.#restMs);
    } catch (error) {
      this.#deps.log.debug({ error: messageOf(error) }, "addresses that have rested are still in the database");
    }
  }
}
