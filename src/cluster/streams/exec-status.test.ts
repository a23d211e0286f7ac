import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type HeddleError } from "../../base/index.ts";
import { decodeExecStatus } from "./exec-status.ts";

const decode = (status: unknown) => decodeExecStatus(Buffer.from(JSON.stringify(status)));

const exited = (code: string) => ({
  metadata: {},
  status: "Failure",
  message: `command terminated with non-zero exit code: exit status ${code}`,
  reason: "NonZeroExitCode",
  details: { causes: [{ reason: "ExitCode", message: code }] },
});

function errorOf(outcome: ReturnType<typeof decodeExecStatus>): HeddleError {
  assert.ok("error" in outcome, "expected an error");
  return outcome.error;
}

describe("the Status at the end of exec", () => {
  it("is exit code 0 for Success", () => {
    assert.deepEqual(decode({ metadata: {}, status: "Success" }), { exitCode: 0 });
  });

  it("carries the exit code of a command that failed", () => {
    assert.deepEqual(decode(exited("3")), { exitCode: 3 });
    assert.deepEqual(decode(exited("137")), { exitCode: 137 });
  });

  it("gives every exit code back", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1, max: 255 }), (code) =>
        assert.deepEqual(decode(exited(String(code))), { exitCode: code }),
      ),
    );
  });

  it("is an error in the runtime's last words, with the Status, when the command is missing", () => {
    const status = {
      status: "Failure",
      reason: "InternalError",
      code: 500,
      message:
        'Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "291b5e": OCI runtime exec failed: exec failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
    };
    const error = errorOf(decode(status));
    assert.equal(error.code, "HEDDLE_CLUSTER_COMMAND_NOT_FOUND");
    assert.equal(error.message, 'the command could not be run: exec: "nope": executable file not found in $PATH');
    assert.equal(error.retryable, false);
    assert.deepEqual(error.details["status"], status);
  });

  it("tells apart what is there but cannot be run", () => {
    const message = 'unable to start container process: exec: "/etc/passwd": permission denied: unknown';
    const error = errorOf(decode({ status: "Failure", reason: "InternalError", message }));
    assert.equal(error.code, "HEDDLE_CLUSTER_COMMAND_FAILED");
    assert.match(error.message, /"\/etc\/passwd": permission denied$/);
  });

  it("never takes a code that cannot be read for success", () => {
    for (const status of [
      { status: "Failure", reason: "NonZeroExitCode" },
      exited(""),
      exited("three"),
      exited("0x3"),
      { status: "Failure", reason: "NonZeroExitCode", details: { causes: [{ reason: "Other", message: "1" }] } },
    ])
      assert.equal(errorOf(decode(status)).code, "HEDDLE_CLUSTER_PROTOCOL");
  });

  it("never throws, and gives no exit code, for bytes that are no Status", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (payload) => {
        assert.ok("error" in decodeExecStatus(payload));
      }),
    );
    assert.equal(errorOf(decode(["Success"])).code, "HEDDLE_CLUSTER_PROTOCOL");
    assert.ok("error" in decode({}));
  });
});
