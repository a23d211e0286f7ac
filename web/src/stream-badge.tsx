import { type StreamState } from "./app/change-stream.ts";
import { type Health } from "./health.ts";
import { StatusBadge } from "./status-badge.tsx";

const words: Readonly<Record<StreamState, Readonly<{ health: Health; word: string }>>> = {
  live: { health: "healthy", word: "live" },
  waiting: { health: "progressing", word: "connecting" },
  resting: { health: "unknown", word: "paused" },
};

/** Whether changes come in by themselves. */
export const StreamBadge = ({ state }: Readonly<{ state: StreamState }>) => <StatusBadge {...words[state]} />;
