import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { findCommand, install, type Need } from "./install.ts";

const missing: Need = { command: "no-such-command", debianPackage: "no-such-package", why: "shows what happens" };

describe("install", () => {
  const before = process.env["HEDDLE_NO_INSTALL"];
  beforeEach(() => (process.env["HEDDLE_NO_INSTALL"] = "1"));
  afterEach(() => {
    if (before === undefined) delete process.env["HEDDLE_NO_INSTALL"];
    else process.env["HEDDLE_NO_INSTALL"] = before;
  });

  it("has nothing to do when every command is there, on the PATH or as a file", async () => {
    const here = { ...missing, command: process.execPath };
    assert.equal(await install([{ ...missing, command: "sh" }, here]), undefined);
  });

  it("wants a file that is read to be there, and one that is run to be executable", async () => {
    const library = { ...missing, command: "/etc/passwd" };
    assert.match((await install([library])) ?? "", /^missing: \/etc\/passwd/);
    assert.equal(await install([{ ...library, isRead: true }]), undefined);
  });

  it("installs nothing with HEDDLE_NO_INSTALL=1 and says what is missing, why, and what to run", async () => {
    assert.equal(
      await install([{ ...missing, command: "sh" }, missing]),
      "missing: no-such-command (shows what happens); HEDDLE_NO_INSTALL=1 is set; run: apt-get install no-such-package",
    );
  });
});

describe("findCommand", () => {
  it("finds what only root has on the PATH, and not what cannot be run", async () => {
    assert.match((await findCommand("sh")) ?? "", /\/sh$/);
    assert.equal(await findCommand("/etc/passwd"), undefined);
    assert.equal(await findCommand("no-such-command"), undefined);
  });
});
