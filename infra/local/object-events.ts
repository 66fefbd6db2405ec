/** "Object Created" events of buckets, matched against the template's EventBridge rules, into the asynchronous queue. */
import { randomUUID } from "node:crypto";
import type { AsyncQueue } from "./async-queue.ts";
import type { MachineDefinition } from "./definition.ts";
import { compilePattern } from "./event-pattern.ts";
import type { ObjectMeta } from "./object-store.ts";
import { machineAccount, machineRegion } from "./template.ts";

/** What to call, inside the transaction that makes an object visible. Throws at start on an unknown pattern. */
export function objectEvents(
  definition: Pick<MachineDefinition, "eventRules" | "functions">,
  queue: () => AsyncQueue | undefined,
  now: () => number,
): (meta: ObjectMeta) => void {
  const rules = definition.eventRules.map((rule) => ({ ...rule, matches: compilePattern(rule.pattern) }));
  return (meta) => {
    const event = objectCreated(meta);
    for (const rule of rules) {
      if (!rule.matches(event)) continue;
      for (const functionName of rule.functionNames) {
        const target = definition.functions.find((each) => each.name === functionName);
        if (target) queue()?.insert({ functionName, payload: JSON.stringify(event), ...target.async }, now());
      }
    }
  };
}

/** The event as EventBridge delivers it. */
function objectCreated(meta: ObjectMeta): Record<string, unknown> {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Object Created",
    source: "aws.s3",
    account: machineAccount,
    time: `${new Date(meta.modified).toISOString().slice(0, 19)}Z`,
    region: machineRegion,
    resources: [`arn:aws:s3:::${meta.bucket}`],
    detail: {
      version: "0",
      bucket: { name: meta.bucket },
      object: {
        key: meta.key,
        size: meta.size,
        etag: meta.etag.slice(1, -1),
        "version-id": meta.version,
        sequencer: meta.version.slice(0, 16),
      },
      "request-id": randomUUID(),
      requester: machineAccount,
      "source-ip-address": "127.0.0.1",
      reason: "PutObject",
    },
  };
}
