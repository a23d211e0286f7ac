import { z } from "zod";
import { type Secret, secret } from "./secret.ts";

/*
 * client-go's v1 Config (tools/clientcmd/api/v1/types.go), every field of it. Unknown fields are tolerated, as kubectl
 * does. An empty value is an unset one, as in Go. Whatever may hold a secret is one from here on.
 */

const text = z
  .string()
  .nullish()
  .transform((value) => (value === null || value === "" ? undefined : value));

const secretText = text.transform((value) => (value === undefined ? undefined : secret(value)));

const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Base64 of text, as PEM is: the decoded text. */
const encodedText = text
  .transform((value) => value?.replaceAll(/\s/g, ""))
  .refine(
    (value) => value === undefined || base64.test(value),
    "expected base64 (RFC 4648, padded), found something else",
  )
  .transform((value) => (value === undefined ? undefined : Buffer.from(value, "base64").toString("utf8")));

const encodedSecret = encodedText.transform((value) => (value === undefined ? undefined : secret(value)));

const listOf = <T>(item: z.ZodType<T>) =>
  z
    .array(item)
    .nullish()
    .transform((value): readonly T[] => value ?? []);

/** Absent and null count as an empty mapping, as in Go. */
const mapping = <T extends z.ZodType>(schema: T) => z.preprocess((value) => value ?? {}, schema);

/** Kept by other tools: read only where client-go does, the exec plugin's. */
const extensions = listOf(
  mapping(z.object({ name: text, extension: z.unknown().transform((value): Secret<unknown> => secret(value)) })),
);

const cluster = mapping(
  z.object({
    server: text,
    "tls-server-name": text,
    "insecure-skip-tls-verify": flag,
    "certificate-authority": text,
    "certificate-authority-data": encodedText,
    "proxy-url": secretText,
    "disable-compression": flag,
    extensions,
  }),
);

const exec = z
  .object({
    command: text,
    args: listOf(z.string()).transform((value) => secret(value)),
    env: listOf(mapping(z.object({ name: text, value: secretText }))),
    apiVersion: text,
    installHint: text,
    provideClusterInfo: flag,
    interactiveMode: text,
  })
  .nullish()
  .transform((value) => value ?? undefined);

/** Its config holds tokens and is of no use any more: only the name is read. */
const authProvider = z
  .object({ name: text })
  .nullish()
  .transform((value) => value ?? undefined);

const user = mapping(
  z.object({
    "client-certificate": text,
    "client-certificate-data": encodedText,
    "client-key": text,
    "client-key-data": encodedSecret,
    token: secretText,
    tokenFile: text,
    as: text,
    "as-uid": text,
    "as-groups": listOf(z.string()),
    "as-user-extra": z
      .record(z.string(), listOf(z.string()))
      .nullish()
      .transform((value): Readonly<Record<string, readonly string[]>> => value ?? {}),
    username: text,
    password: secretText,
    "auth-provider": authProvider,
    exec,
    extensions,
  }),
);

const context = mapping(z.object({ cluster: text, user: text, namespace: text, extensions }));

const name = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

const constant = (expected: string) =>
  text.refine((value) => value === undefined || value === expected, `expected "${expected}", found something else`);

/** One kubeconfig file. */
export const kubeconfigSchema = mapping(
  z.object({
    kind: constant("Config"),
    apiVersion: constant("v1"),
    preferences: mapping(z.object({ colors: flag, extensions })),
    clusters: listOf(mapping(z.object({ name, cluster }))),
    users: listOf(mapping(z.object({ name, user }))),
    contexts: listOf(mapping(z.object({ name, context }))),
    "current-context": text,
    extensions,
  }),
);

export type ClusterFields = Readonly<z.output<typeof cluster>>;
export type UserFields = Readonly<z.output<typeof user>>;
export type ContextFields = Readonly<z.output<typeof context>>;
export type ExecFields = NonNullable<UserFields["exec"]>;
