/**
 * The IoT rules as data. The SQL of the template (`renderSql`) and the matcher of the local broker (`matchRule`) are
 * both made from it, so nothing can be written here that one of the two does not understand.
 */

/** The functions of the IoT SQL (version 2016-03-23) that a rule may select, with the name of the field. */
export type Selection =
  /** `encode(*, 'base64')`: the bytes of the message, whether JSON or not. */
  | { fn: "encode"; as: string }
  /** `topic()`, or `topic(n)`: the n-th level, counted from 1. A Basic Ingest prefix is not part of the topic. */
  | { fn: "topic"; level?: number; as: string }
  /** `timestamp()`: epoch milliseconds at which the rules engine saw the message. */
  | { fn: "timestamp"; as: string }
  /** `clientid()`: the MQTT client id of the publisher. */
  | { fn: "clientid"; as: string };

/** `topic(level) = 'equals'`; conditions of a rule are joined by AND. */
export interface Condition {
  fn: "topic";
  level: number;
  equals: string;
}

export interface TelemetryRule {
  /** Letters, digits and `_`; part of the Basic Ingest topic, so devices depend on it. */
  name: string;
  /** MQTT topic filter. */
  topic: string;
  select: readonly Selection[];
  where: readonly Condition[];
  /** Where the record goes: the telemetry stream, with a level of the topic as partition key. */
  target: { stream: "telemetry"; partitionKey: { fn: "topic"; level: number } };
}

/** One envelope for all, so one schema reads the stream (docs/architecture.md). */
const ENVELOPE: readonly Selection[] = [
  { fn: "encode", as: "payload" },
  { fn: "topic", as: "topic" },
  { fn: "timestamp", as: "receivedAt" },
  { fn: "clientid", as: "clientId" },
];

/** Telemetry of a plant stays in order: the key is the device (plants/…) or the plant (gateways/…). */
export const RULES: readonly TelemetryRule[] = [
  {
    name: "device_frames",
    topic: "plants/+/hj212",
    select: ENVELOPE,
    where: [],
    target: { stream: "telemetry", partitionKey: { fn: "topic", level: 2 } },
  },
  {
    name: "device_telemetry",
    topic: "plants/+/telemetry",
    select: ENVELOPE,
    where: [],
    target: { stream: "telemetry", partitionKey: { fn: "topic", level: 2 } },
  },
  {
    name: "gateway_frames",
    topic: "gateways/+/+/hj212",
    select: ENVELOPE,
    where: [],
    target: { stream: "telemetry", partitionKey: { fn: "topic", level: 3 } },
  },
];

/** IoT SQL quotes a text with single quotes and doubles those inside. */
const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function sqlOf(selection: Selection): string {
  if (selection.fn === "topic") return `topic(${selection.level ?? ""})`;
  return { encode: "encode(*, 'base64')", timestamp: "timestamp()", clientid: "clientid()" }[selection.fn];
}

/** The rule as IoT SQL, version 2016-03-23. */
export function renderSql(rule: TelemetryRule): string {
  const fields = rule.select.map((selection) => `${sqlOf(selection)} AS ${selection.as}`).join(", ");
  const where = rule.where.map(({ level, equals }) => `topic(${level}) = ${quote(equals)}`).join(" AND ");
  return `SELECT ${fields} FROM ${quote(rule.topic)}${where && ` WHERE ${where}`}`;
}

/** The partition key as the substitution template of the Kinesis action. */
export const renderPartitionKey = (rule: TelemetryRule): string => `\${topic(${rule.target.partitionKey.level})}`;

/** A message as a broker has it. */
export interface Message {
  topic: string;
  payload: Uint8Array;
  /** Epoch milliseconds. */
  receivedAt: number;
  clientId: string;
}

/** What a rule makes of a message. A null key is the rules engine's "undefined": the action fails, the error action runs. */
export interface Match {
  record: Record<string, string | number>;
  partitionKey: string | null;
}

const BASIC_INGEST = /^\$aws\/rules\/([^/]+)\/(.+)$/s;

/** MQTT topic filter: `+` is one level, `#` the rest, the parent included; wildcards never match a `$` topic's first level. */
export function topicMatches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  if (topic.startsWith("$") && (wanted[0] === "+" || wanted[0] === "#")) return false;
  for (const [i, part] of wanted.entries()) {
    if (part === "#") return true;
    if (i >= levels.length || (part !== "+" && part !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}

/**
 * The record that `rule` makes of `message`, or null when the rule is not for it. A Basic Ingest topic
 * (`$aws/rules/{rule}/{topic}`) names its rule, and the FROM filter is not asked, as in AWS IoT, where a rule that is
 * used by Basic Ingest needs no FROM at all; a strange topic therefore reaches the ingest function and is quarantined.
 */
export function matchRule(rule: TelemetryRule, message: Message): Match | null {
  const direct = BASIC_INGEST.exec(message.topic);
  const topic = direct?.[2] ?? message.topic;
  if (direct ? direct[1] !== rule.name : !topicMatches(rule.topic, topic)) return null;
  const levels = topic.split("/");
  if (!rule.where.every(({ level, equals }) => levels[level - 1] === equals)) return null;

  const record: Match["record"] = {};
  for (const selection of rule.select) {
    const value = valueOf(selection, message, topic, levels);
    if (value !== undefined) record[selection.as] = value; // an undefined field is left out, never null
  }
  return { record, partitionKey: levels[rule.target.partitionKey.level - 1] ?? null };
}

function valueOf(
  selection: Selection,
  { payload, receivedAt, clientId }: Message,
  topic: string,
  levels: readonly string[],
): string | number | undefined {
  if (selection.fn === "encode")
    return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("base64");
  if (selection.fn === "topic") return selection.level === undefined ? topic : levels[selection.level - 1];
  return selection.fn === "timestamp" ? receivedAt : clientId;
}
