import { useEffect, useEffectEvent } from "react";
import { bindingOf, isTyping, type KeyBinding, type KeyPress } from "./keys.ts";

type Layer = () => readonly KeyBinding[];

/** Innermost last: a table's keys come before the page's. */
const layers: Layer[] = [];
let before: KeyPress | undefined;

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]") !== null) return;
  const { key } = event;
  if (isTyping(document.activeElement) && key !== "Escape") return;
  // A button or link that has the focus is pressed by Enter itself.
  if (key === "Enter" && ["A", "BUTTON"].includes(document.activeElement?.tagName ?? "")) return;
  const press = { key, atMs: event.timeStamp };
  const bindings = layers.toReversed().flatMap((layer) => layer());
  const found = bindingOf(bindings, press, before);
  before = found === undefined ? press : undefined;
  if (found === undefined) return;
  event.preventDefault();
  found.act();
}

/** Keys that work while a component is there. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const latest = useEffectEvent(() => bindings);
  useEffect(() => {
    const layer = (): readonly KeyBinding[] => latest();
    layers.push(layer);
    if (layers.length === 1) document.addEventListener("keydown", onKeyDown);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      if (layers.length === 0) document.removeEventListener("keydown", onKeyDown);
    };
  }, []);
}

/** Every key that works now, for the page that lists them. */
export const currentKeys = (): readonly KeyBinding[] => layers.flatMap((layer) => layer());
