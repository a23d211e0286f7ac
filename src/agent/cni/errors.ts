import { type ErrorCode, HeddleError, isHeddleError, messageOf } from "../../base/index.ts";
import { type CniVersion } from "./model.ts";

/** The specification's codes (1.1.0, section 5: "Error"), and Heddle's own from 100. */
export const cniCodes = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  unknownContainer: 3,
  invalidEnvironment: 4,
  ioFailure: 5,
  undecodable: 6,
  invalidConfig: 7,
  /** libcni's: the namespace given is the plugin's own. */
  invalidNamespace: 8,
  tryAgainLater: 11,
  notAvailable: 50,
  limitedConnectivity: 51,
  interfaceExists: 100,
  addressNotFree: 101,
  addressesUsedUp: 102,
  checkFailed: 103,
  portTaken: 104,
  gcIncomplete: 105,
  /** The executable's own: socket, queue or its configuration could have been written by others than root. */
  untrusted: 106,
  /** The executable's own: the agent speaks another version of the frames. */
  otherProtocol: 107,
  internal: 199,
} as const;

export type CniCode = (typeof cniCodes)[keyof typeof cniCodes];

export type CniErrorOptions = Readonly<{ cniCode: CniCode; details?: string | undefined; cause?: unknown }>;

/** A failure that the runtime is told by its code. The message is short; `text` tells the rest. */
export class CniError extends HeddleError {
  override readonly name = "CniError";
  readonly cniCode: CniCode;
  /** A longer message: what was found, what was expected, a way out. */
  readonly text: string;

  constructor(message: string, { cniCode, details = "", cause }: CniErrorOptions) {
    super(message, { code: "HEDDLE_CNI", retryable: cniCode === cniCodes.tryAgainLater, cause });
    this.cniCode = cniCode;
    this.text = details;
  }
}

/** What failures of the agent's other parts are in the protocol; what is not here is internal. */
const codesOfErrors: Readonly<Record<ErrorCode, CniCode>> = {
  HEDDLE_ADDRESSES_EXHAUSTED: cniCodes.addressesUsedUp,
  HEDDLE_ADDRESS_TAKEN: cniCodes.addressNotFree,
  HEDDLE_ADDRESS_OUTSIDE: cniCodes.addressNotFree,
  HEDDLE_ADDRESSES_UNWRITABLE: cniCodes.tryAgainLater,
  HEDDLE_AGENT_POOL_EMPTY: cniCodes.invalidConfig,
};

/** Any failure as one of the protocol; one that already is stays the same object. */
export function toCniError(error: unknown): CniError {
  if (error instanceof CniError) return error;
  if (isHeddleError(error)) {
    const cniCode = codesOfErrors[error.code] ?? (error.retryable ? cniCodes.tryAgainLater : cniCodes.internal);
    return new CniError(error.message, { cniCode, cause: error });
  }
  return new CniError(messageOf(error), { cniCode: cniCodes.internal, cause: error });
}

/** The error as the protocol writes it, in the version that was asked. */
export const errorJson = (error: CniError, cniVersion: CniVersion | string): string =>
  JSON.stringify({
    cniVersion,
    code: error.cniCode,
    msg: error.message,
    ...(error.text === "" ? {} : { details: error.text }),
  });
