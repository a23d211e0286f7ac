import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "../base/index.ts";
import {
  hostAndPort,
  parseServerAccess,
  parseServerAddress,
  runtimeFolders,
  serverUrl,
  tokenFileName,
} from "./server-address.ts";

describe("a server's address", () => {
  for (const [text, host, port] of [
    ["127.0.0.1:7433", "127.0.0.1", 7433],
    ["http://127.0.0.1:7433/", "127.0.0.1", 7433],
    ["localhost:80", "127.0.0.1", 80],
    [":0", "127.0.0.1", 0],
    ["8080", "127.0.0.1", 8080],
    ["[::1]:7433", "::1", 7433],
    ["0.0.0.0:7433", "0.0.0.0", 7433],
    ["Heddle.Example:1", "heddle.example", 1],
  ] as const) {
    it(`reads ${text}`, () => assert.deepEqual(parseServerAddress(text, "--listen"), { host, port }));
  }

  for (const text of [
    "",
    "127.0.0.1",
    "localhost",
    "::1:7433",
    "a:b",
    "127.0.0.1:65536",
    "https://x:1",
    "u@h:1",
    "h:1/p",
  ])
    it(`refuses "${text}", naming the flag`, () =>
      assert.throws(
        () => parseServerAddress(text, "--server"),
        (error: unknown) => error instanceof UsageError && error.message.startsWith("--server "),
      ));

  it("is written with brackets where it is IPv6", () => {
    assert.equal(hostAndPort({ host: "::1", port: 1 }), "[::1]:1");
    assert.equal(serverUrl({ host: "127.0.0.1", port: 7433 }), "http://127.0.0.1:7433");
  });
});

describe("the token file", () => {
  it("is named after host and port", () => {
    assert.equal(tokenFileName({ host: "127.0.0.1", port: 7433 }), "127.0.0.1_7433.token");
    assert.equal(tokenFileName({ host: "::1", port: 1 }), "--1_1.token");
  });

  it("lies in the user's runtime folder, else in one of the user's own below the temporary folder", () => {
    const folders = (env: Record<string, string>, uid: number | undefined) =>
      runtimeFolders({ env, uid, temporaryFolder: "/tmp" }).map(({ folder }) => folder);
    assert.deepEqual(folders({ XDG_RUNTIME_DIR: "/run/me" }, 7), [
      "/run/me/heddle",
      "/run/user/7/heddle",
      "/tmp/heddle-7",
    ]);
    assert.deepEqual(folders({}, 0), ["/run/user/0/heddle", "/tmp/heddle-0"]);
    assert.deepEqual(folders({ XDG_RUNTIME_DIR: "/run/user/7" }, 7), ["/run/user/7/heddle", "/tmp/heddle-7"]);
    assert.deepEqual(folders({}, undefined), ["/tmp/heddle-user"]);
  });

  it("is read back, and anything else is not", () => {
    const access = { address: "http://127.0.0.1:1", token: "t", pid: 2 };
    assert.deepEqual(parseServerAccess(JSON.stringify({ ...access, more: 1 })), access);
    for (const text of ["", "{", "[]", "null", '{"address":"a","token":"t"}', '{"address":1,"token":"t","pid":2}'])
      assert.equal(parseServerAccess(text), undefined);
  });
});
