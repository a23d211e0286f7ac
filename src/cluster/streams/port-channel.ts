import { HeddleError } from "../../base/index.ts";

/**
 * Port forwarding's older subprotocol, which every API server and kubelet with WebSockets speaks: with `?ports=80` the
 * channels are 0 (data) and 1 (error text), and each begins with the port in two bytes, little-endian.
 */
export const portForwardProtocol = "v4.channel.k8s.io";
export const portChannels = { data: 0, error: 1 } as const;

/** Takes a channel's payloads as they come and gives them back without the port in front, wherever messages split. */
export type PortPrefix = Readonly<{ strip(payload: Uint8Array): Uint8Array }>;

/** Fails with HEDDLE_CLUSTER_PROTOCOL when the channel is announced for another port than `expected`. */
export function createPortPrefix(expected: number): PortPrefix {
  const prefix: number[] = [];
  return {
    strip(payload) {
      let start = 0;
      while (prefix.length < 2 && start < payload.length) prefix.push(payload[start++] ?? 0);
      if (start > 0 && prefix.length === 2) check(prefix, expected);
      return payload.subarray(start);
    },
  };
}

function check([low = 0, high = 0]: readonly number[], expected: number): void {
  const found = low + high * 256;
  if (found === expected) return;
  throw new HeddleError(`the server announced port ${found} where port ${expected} was asked for`, {
    code: "HEDDLE_CLUSTER_PROTOCOL",
  });
}
