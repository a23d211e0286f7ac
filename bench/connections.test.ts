import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countIn } from "./connections.ts";

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:A0B2 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1
   2: 0100007F:1F90 0100007F:A0B2 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
   3: 0100007F:A0B4 0100007F:1F90 06 00000000:00000000 00:00000000 00000000     0        0 0 3 0
   4: 0100007F:A0B6 0100007F:1F91 01 00000000:00000000 00:00000000 00000000     0        0 4 1 0 20 4 30 10 -1
`;

describe("connections to ports", () => {
  it("are counted at the client's end, once established", () => {
    assert.equal(countIn(table, new Set([8080])), 1);
    assert.equal(countIn(table, new Set([8080, 8081])), 2);
    assert.equal(countIn(table, new Set([9])), 0);
  });
});
