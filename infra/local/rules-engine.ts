/** The IoT rules engine of one machine: matches messages by the same rule data the template's SQL was made from. */
import { randomUUID } from "node:crypto";
import {
  matchRule,
  renderPartitionKey,
  renderSql,
  RULES,
  type Message,
  type TelemetryRule,
} from "../../events/rules.ts";
import type { TopicRuleDefinition } from "./definition.ts";
import type { DurableLog } from "./durable-log.ts";
import type { ObjectStore } from "./object-store.ts";
import { StoreWriteError } from "./store.ts";
import { TemplateError } from "./template.ts";

export interface RulesEngine {
  /** Resolves when every matching rule's record is durable (in the stream, else in its error action's object). */
  route(message: Message): Promise<void>;
}

/** Pairs the template's rules with the rule data. Throws when the template holds a rule that the data did not make. */
export function startRules(options: {
  rules: readonly TopicRuleDefinition[];
  streams: ReadonlyMap<string, DurableLog>;
  objects: ObjectStore;
  log: (line: string) => void;
}): RulesEngine {
  const paired = options.rules.map((definition) => {
    const rule = RULES.find((each) => each.name === definition.name);
    if (!rule || renderSql(rule) !== definition.sql || renderPartitionKey(rule) !== definition.partitionKey)
      throw new TemplateError(
        `IoT rule ${definition.name} of the template is not the one of events/rules.ts; run \`npm run synth\``,
      );
    const stream = options.streams.get(definition.streamArn);
    if (!stream) throw new TemplateError(`IoT rule ${definition.name}: its stream is not in the template`);
    return { rule, definition, stream };
  });

  /** What AWS IoT hands to an error action. */
  const errorAction = (
    rule: TelemetryRule,
    definition: TopicRuleDefinition,
    message: Message,
    error: Error,
  ): Promise<unknown> => {
    options.log(`rule ${rule.name}: ${error.message}; keeping the message at its error action`);
    return options.objects.put({
      bucket: definition.errorBucket,
      key: substitute(definition.errorKey, message.receivedAt),
      body: Buffer.from(
        JSON.stringify({
          ruleName: rule.name,
          topic: message.topic,
          clientId: message.clientId,
          base64OriginalPayload: Buffer.from(message.payload).toString("base64"),
          failures: [
            { failedAction: "KinesisAction", failedResource: definition.streamArn, errorMessage: error.message },
          ],
        }),
      ),
      headers: { "content-type": "application/json" },
    });
  };

  return {
    route: async (message) => {
      for (const { rule, definition, stream } of paired) {
        const match = matchRule(rule, message);
        if (!match) continue;
        try {
          if (match.partitionKey === null) throw new Error("the partition key is undefined");
          await stream.append(match.partitionKey, Buffer.from(JSON.stringify(match.record)), message.receivedAt);
        } catch (error) {
          // The machine's own disk is no fault of the message's: no acknowledgement, the device keeps it.
          if (error instanceof StoreWriteError) throw error;
          await errorAction(rule, definition, message, error as Error);
        }
      }
    },
  };
}

function substitute(template: string, now: number): string {
  return template.replaceAll(/\$\{([^}]*)\}/g, (_, expression: string) => {
    if (expression === "timestamp()") return String(now);
    if (expression === "newuuid()") return randomUUID();
    throw new TemplateError(`\${${expression}} in an error action's key is unknown to the one-machine target`);
  });
}
