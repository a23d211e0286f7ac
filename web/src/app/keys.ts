/** One key or two in a row, as it is written for people ("/", "g f", "Escape"), what it does and for whom it is listed. */
export type KeyBinding = Readonly<{ keys: string; says: string; act(): void }>;

export type KeyPress = Readonly<{ key: string; atMs: number }>;

/** How long the second key of two may take. */
const pairWithinMs = 1_200;

/** What a press means after the press before it: one of the bindings, or undefined. Pure. */
export function bindingOf(
  bindings: readonly KeyBinding[],
  press: KeyPress,
  before: KeyPress | undefined,
): KeyBinding | undefined {
  const paired = before !== undefined && press.atMs - before.atMs <= pairWithinMs;
  const pair = paired ? bindings.find(({ keys }) => keys === `${before.key} ${press.key}`) : undefined;
  return pair ?? bindings.find(({ keys }) => keys === press.key);
}

type Focused = Readonly<{ tagName: string; isContentEditable?: boolean }>;

/** Whether keys that are pressed belong to what has the focus. */
export const isTyping = (focused: Focused | null): boolean =>
  focused !== null && (focused.isContentEditable === true || ["INPUT", "TEXTAREA", "SELECT"].includes(focused.tagName));
