import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import {
  answer,
  at,
  authority,
  counted,
  credentialOf,
  failureOf,
  type Fields,
  runs,
  startMs,
  token,
  useScripts,
  v1,
} from "./testing/exec-script.ts";

const { plugin, folder } = useScripts();

describe("an exec plugin", () => {
  for (const version of [v1, `${v1}beta1`]) {
    it(`gives a token in ${version}`, async () => {
      const home = await plugin(answer({ token: "SECRET-token" }, version));
      const { credential } = await credentialOf(home, { apiVersion: version });
      assert.equal(await token(credential), "SECRET-token");
      assert.equal(credential.description, `exec plugin ${join(home, "login")}`);
      assert.doesNotMatch(inspect([credential, await credential.get()], { showHidden: true, depth: 9 }), /SECRET/);
    });
  }

  it("gives a certificate and its key, with or without a token", async () => {
    const { cert, key } = authority.issue({ commonName: "dev", notAfter: new Date(startMs + 3_600_000) });
    const status = { clientCertificateData: cert, clientKeyData: key };
    const { credential } = await credentialOf(await plugin(answer(status)), {});
    assert.deepEqual({ ...(await credential.get()).certificate }, { cert, key });
    const { credential: both } = await credentialOf(await plugin(answer({ ...status, token: "t" })), {});
    assert.deepEqual(Object.keys(await both.get()), ["token", "certificate"]);
  });

  it("is found on the caller's PATH, and gets its arguments and environment", async () => {
    const home = await plugin(
      `printf '%s|' "$@" "$GIVEN" "$INHERITED" "$HIDDEN" > "${folder()}/seen"; ${answer({ token: "t" })}`,
    );
    const env = { PATH: `${home}:${process.env["PATH"]}`, INHERITED: "inherited", GIVEN: "overridden" };
    const fields = { command: "login", args: ["one", "two words", "$HOME"], env: [{ name: "GIVEN", value: "given" }] };
    process.env["HIDDEN"] = "of this process, not of the caller's env";
    const { credential } = await credentialOf(home, fields, env);
    await token(credential);
    delete process.env["HIDDEN"];
    assert.equal(await readFile(join(folder(), "seen"), "utf8"), "one|two words|$HOME|given|inherited||");
  });

  it("is told its version and that there is no terminal, and of the cluster only where that is asked for", async () => {
    const told = async (fields: Fields): Promise<unknown> => {
      const home = await plugin(`printf '%s' "$KUBERNETES_EXEC_INFO" > "${folder()}/info"; ${answer({ token: "t" })}`);
      await token((await credentialOf(home, fields)).credential);
      return JSON.parse(await readFile(join(folder(), "info"), "utf8"));
    };
    assert.deepEqual(await told({}), { kind: "ExecCredential", apiVersion: v1, spec: { interactive: false } });
    assert.deepEqual(await told({ provideClusterInfo: true }), {
      kind: "ExecCredential",
      apiVersion: v1,
      spec: {
        interactive: false,
        cluster: {
          server: "https://10.0.0.1:6443",
          "tls-server-name": "api.example",
          "certificate-authority-data": Buffer.from(authority.cert).toString("base64"),
          "proxy-url": "http://me:SECRET-proxy@proxy:3128",
          "disable-compression": true,
          config: { audience: "SECRET-audience", nested: [1, true, null] },
        },
      },
    });
  });

  it("has no terminal and an empty standard input", async () => {
    const script = `test -t 0 && exit 3; (: < /dev/tty) 2>/dev/null && exit 4; test -z "$(cat)" || exit 5; ${answer({ token: "t" })}`;
    for (const interactiveMode of ["Never", "IfAvailable"])
      assert.equal(await token((await credentialOf(await plugin(script), { interactiveMode })).credential), "t");
  });

  it("is not run at all when it insists on a terminal", async () => {
    const { credential } = await credentialOf(await plugin(answer({ token: "t" })), { interactiveMode: "Always" });
    const { code, message } = await failureOf(credential);
    assert.equal(code, "HEDDLE_CREDENTIAL_PLUGIN_FAILED");
    assert.match(message, /wants a terminal \(interactiveMode: Always\).*set interactiveMode to IfAvailable/);
  });
});

describe("an exec plugin's credential", () => {
  it("is kept, and renewed half a minute before it expires", async () => {
    const home = await plugin(`${counted}; ${answer({ token: "t", expirationTimestamp: at(600_000) })}`);
    const { credential, clock } = await credentialOf(home, {});
    await token(credential);
    clock.advance(569_999);
    await token(credential);
    assert.equal(await runs(home), 1);
    await writeFile(
      join(home, "login"),
      `#!/bin/sh\n${counted}; ${answer({ token: "u", expirationTimestamp: at(1_200_000) })}\n`,
    );
    clock.advance(1);
    assert.equal(await token(credential), "u");
    assert.equal(await runs(home), 2);
  });

  it("that lives for seconds only is not renewed on every call", async () => {
    const home = await plugin(`${counted}; ${answer({ token: "t", expirationTimestamp: at(10_000) })}`);
    const { credential, clock } = await credentialOf(home, {});
    await token(credential);
    clock.advance(7_000);
    await token(credential);
    assert.equal(await runs(home), 1);
  });

  it("without an end is kept until the server refuses it", async () => {
    const home = await plugin(`${counted}; ${answer({ token: "t" })}`);
    const { credential, clock } = await credentialOf(home, {});
    const refused = await credential.get();
    clock.advance(1e9);
    await token(credential);
    assert.equal(await runs(home), 1);
    credential.invalidate(refused);
    await token(credential);
    assert.equal(await runs(home), 2);
  });

  it("ends with its certificate", async () => {
    const pair = authority.issue({ commonName: "dev", notAfter: new Date(startMs + 600_000) });
    const home = await plugin(`${counted}; ${answer({ clientCertificateData: pair.cert, clientKeyData: pair.key })}`);
    const { credential, clock } = await credentialOf(home, {});
    await credential.get();
    clock.advance(600_001);
    assert.match((await failureOf(credential)).message, /clientCertificateData of the exec plugin .* expired at/);
    assert.equal(await runs(home), 2);
  });

  it("is used on while the plugin fails, until it expires", async () => {
    const home = await plugin(`${counted}; ${answer({ token: "t", expirationTimestamp: at(600_000) })}`);
    const { credential, clock } = await credentialOf(home, {});
    await token(credential);
    await writeFile(join(home, "login"), `#!/bin/sh\n${counted}; exit 1\n`);
    clock.advance(590_000);
    assert.equal(await token(credential), "t");
    assert.equal(await token(credential), "t");
    assert.equal(await runs(home), 2, "a failed plugin is left alone for a while");
    clock.advance(10_000);
    assert.equal((await failureOf(credential)).code, "HEDDLE_CREDENTIAL_PLUGIN_FAILED");
  });

  it("is fetched once for many who ask at the same time", async () => {
    const home = await plugin(`${counted}; ${answer({ token: "t" })}`);
    const { credential } = await credentialOf(home, {});
    const tokens = await Promise.all(Array.from({ length: 20 }, () => token(credential)));
    assert.deepEqual([new Set(tokens), await runs(home)], [new Set(["t"]), 1]);
  });
});
