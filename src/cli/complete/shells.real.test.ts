import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { heddleCommand } from "../../../test/command.ts";
import { install } from "../../../test/install.ts";
import { shellNeeds } from "../../../test/needs.ts";
import { openPty, ptyMissing } from "../terminal/testing/pty.ts";
import { type Shell } from "./scripts.ts";

const contexts = ["east", "west", "western"];

/** Nothing listens there: what is offered is what the configuration says. */
const kubeconfig = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  clusters: contexts.map((name, index) => ({ name, cluster: { server: `https://127.0.0.1:${index + 1}` } })),
  users: [{ name: "nobody", user: { token: "none" } }],
  contexts: contexts.map((name) => ({ name, context: { cluster: name, user: "nobody" } })),
});

describe("the completion scripts, each in its shell", () => {
  let home: string;
  let environment: NodeJS.ProcessEnv;
  before(() => {
    home = mkdtempSync(join(tmpdir(), "heddle-shells-"));
    const file = join(home, "kubeconfig");
    writeFileSync(file, kubeconfig);
    const path = [dirname(heddleCommand), dirname(process.execPath), process.env["PATH"]].join(":");
    environment = { HOME: home, ZDOTDIR: home, KUBECONFIG: file, PATH: path, TERM: "xterm", LANG: "C.UTF-8" };
  });
  after(() => rmSync(home, { recursive: true }));

  const script = (shell: string, text: string, ...args: readonly string[]): string => {
    const { stdout, stderr, status } = spawnSync(shell, ["-c", text, ...args], { env: environment, encoding: "utf8" });
    assert.deepEqual([stderr, status], ["", 0]);
    return stdout;
  };
  const missing = async (shell: Shell): Promise<string | undefined> => install([shellNeeds[shell]]);

  /** A line and tab → the line as it then stands, or a part of what is offered. */
  const lines: readonly (readonly [typed: string, completed: string])[] = [
    ["heddle compl", "heddle completion "],
    ["heddle completion z", "heddle completion zsh "],
    ["heddle get --show-l", "heddle get --show-labels "],
    ["heddle get pods --clusters e", "heddle get pods --clusters east "],
    ["heddle get pods --clusters=e", "heddle get pods --clusters=east "],
    ["heddle get pods --clusters east,wes", "heddle get pods --clusters east,west"],
  ];

  it("bash completes a word, and offers what there is to choose from", async (t) => {
    const reason = (await missing("bash")) ?? ptyMissing();
    if (reason !== undefined) return t.skip(reason);
    writeFileSync(
      join(home, "bashrc"),
      `PS1=; bind "set enable-bracketed-paste off"; source <(heddle completion bash)
show() { printf '<%s>\\n' "$READLINE_LINE"; READLINE_LINE=; READLINE_POINT=0; }
bind -x '"\\C-xs": show'; echo rea""dy`,
    );
    await completes(["bash", "--noprofile", "--rcfile", join(home, "bashrc"), "-i"]);
  });

  it("zsh completes a word, and offers what there is to choose from", async (t) => {
    const reason = (await missing("zsh")) ?? ptyMissing();
    if (reason !== undefined) return t.skip(reason);
    writeFileSync(
      join(home, ".zshrc"),
      `PS1=; unset zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source <(heddle completion zsh)
show() { print -r -- "<$BUFFER>"; BUFFER= }; zle -N show; bindkey '^Xs' show; print rea""dy`,
    );
    await completes(["zsh", "-d", "-i"]);
  });

  async function completes(shell: readonly string[]): Promise<void> {
    const env = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    await using terminal = openPty(["env", "-i", ...env, ...shell]);
    await terminal.shows("ready");
    for (const [typed, completed] of lines) {
      terminal.type(`${typed}\t\u0018s`);
      await terminal.shows(`<${completed}>`);
    }
    terminal.type("heddle get pods --clusters west\t\t");
    await terminal.shows("western");
    terminal.type("\u0018s");
    await terminal.shows("<heddle get pods --clusters west>");
    terminal.type("exit\n");
    assert.equal((await terminal.ended()).exit, 0);
  }

  it("fish offers the words that fit, each with its description", async (t) => {
    const reason = await missing("fish");
    if (reason !== undefined) return t.skip(reason);
    const ask = (line: string): readonly string[] =>
      script("fish", "heddle completion fish | source; complete -C $argv[1]", line).split("\n").filter(Boolean);
    assert.deepEqual(ask("heddle completion "), ["bash", "fish", "zsh"]);
    for (const [typed, completed] of lines)
      assert.equal(ask(typed)[0]?.split("\t")[0], completed.trimEnd().split(" ").at(-1), typed);
    assert.match(ask("heddle compl").join(), /^completion\tprint a script/);
    assert.deepEqual(
      ask("heddle get pods --clusters w").map((line) => line.split("\t")[0]),
      ["west", "western"],
    );
    // Where files are wanted, fish itself offers them.
    assert.deepEqual(ask(`heddle --config ${home}/kubec`), [`${home}/kubeconfig`]);
  });
});
