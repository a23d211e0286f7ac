import { type Builder } from "./builder.ts";
import { type ExecOutcome, runCommand } from "./exec.ts";
import { type Types } from "./types.ts";
import { applyObject, deleteObject, patchObject } from "./writes.ts";

/** What can be done through the server, with the rights of its own credentials. Refused as a whole while mutations are off. */
export function addMutations(builder: Builder, types: Types): void {
  addWrites(builder, types);
  addExec(builder);
}

function addWrites(builder: Builder, { resource }: Types): void {
  const patchType = builder.enumType("PatchType", { values: ["MERGE", "STRATEGIC", "JSON"] as const });
  const propagation = builder.enumType("Propagation", { values: ["Foreground", "Background", "Orphan"] as const });
  builder.mutationFields((t) => ({
    applyResource: t.field({
      type: resource,
      description: "Server-side apply: creates the object, or changes the fields that it names.",
      args: {
        cluster: t.arg.id({ required: true }),
        object: t.arg({ type: "JSON", required: true }),
        fieldManager: t.arg.string({ defaultValue: "heddle" }),
        force: t.arg.boolean({ defaultValue: false, description: "Takes fields over from other managers." }),
        dryRun: t.arg.boolean({ defaultValue: false }),
      },
      resolve: (_root, args, context) => applyObject(context, args),
    }),
    patchResource: t.field({
      type: resource,
      args: {
        cluster: t.arg.id({ required: true }),
        kind: t.arg.string({ required: true }),
        namespace: t.arg.string({ required: false }),
        name: t.arg.string({ required: true }),
        patch: t.arg({ type: "JSON", required: true }),
        type: t.arg({ type: patchType, defaultValue: "MERGE" }),
        fieldManager: t.arg.string({ defaultValue: "heddle" }),
        dryRun: t.arg.boolean({ defaultValue: false }),
      },
      resolve: (_root, args, context) => patchObject(context, args),
    }),
    deleteResource: t.boolean({
      description: "True when it is gone or going, false when it was not there.",
      args: {
        cluster: t.arg.id({ required: true }),
        kind: t.arg.string({ required: true }),
        namespace: t.arg.string({ required: false }),
        name: t.arg.string({ required: true }),
        propagation: t.arg({ type: propagation, defaultValue: "Background" }),
        gracePeriodSeconds: t.arg.int({ required: false }),
        dryRun: t.arg.boolean({ defaultValue: false }),
      },
      resolve: (_root, args, context) => deleteObject(context, args),
    }),
  }));
}

function addExec(builder: Builder): void {
  const outcome = builder.objectRef<ExecOutcome>("ExecResult").implement({
    fields: (t) => ({
      stdout: t.exposeString("stdout"),
      stderr: t.exposeString("stderr"),
      exitCode: t.exposeInt("exitCode"),
      cut: t.exposeBoolean("cut", { description: "There was more than 1 MiB on one of the outputs." }),
    }),
  });
  builder.mutationFields((t) => ({
    exec: t.field({
      type: outcome,
      description: "Runs a command in a container, without input or terminal, and waits for its end.",
      args: {
        cluster: t.arg.id({ required: true }),
        namespace: t.arg.string({ required: true }),
        pod: t.arg.string({ required: true }),
        container: t.arg.string({ required: false }),
        command: t.arg.stringList({ required: true }),
        timeoutSeconds: t.arg.int({ defaultValue: 60 }),
      },
      resolve: (_root, args, context) => runCommand(context, args),
    }),
  }));
}
