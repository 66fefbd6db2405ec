/** How AWS meters: sizes in bytes to billed units. Each rule is the one of the service's pricing page. */

type Attribute = Record<string, unknown>;

/** Write units of an item: each begun KB (1,024 bytes), twice in a transaction. */
export const writeUnits = (bytes: number, transaction = false): number =>
  Math.max(1, Math.ceil(bytes / 1024)) * (transaction ? 2 : 1);

/** Read units: each begun 4 KB, half of it when the read may be old. */
export const readUnits = (bytes: number, consistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / 4096)) * (consistent ? 1 : 0.5);

/** Rules, actions and messages of IoT Core: each begun 5 KB. */
export const iotUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 5120));

/** PUT payload units of a provisioned stream: each begun 25 KB. */
export const putUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 25_600));

/** Bytes of a record that an on-demand stream bills: rounded up to the KB. */
export const streamBytes = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024)) * 1024;

/** DynamoDB adds so many bytes of index to a stored item. */
export const ITEM_OVERHEAD = 100;

/** Size of an item as DynamoDB measures it: names and values; a number half a byte a digit and one, a list or map three. */
export function itemBytes(item: Record<string, Attribute>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value: Attribute): number {
  const [[type, content] = ["NULL", true]] = Object.entries(value);
  switch (type) {
    case "S":
      return Buffer.byteLength(content as string);
    case "N": {
      const digits = (content as string).replace(/^-/, "").replace(".", "").replace(/^0+/, "").replace(/0+$/, "");
      return Math.ceil(digits.length / 2) + 1 + ((content as string).startsWith("-") ? 1 : 0);
    }
    case "B":
      return Buffer.byteLength(content as string, "base64");
    case "M":
      return 3 + Object.keys(content as object).length + itemBytes(content as Record<string, Attribute>);
    case "L":
      return (content as Attribute[]).reduce((sum, each) => sum + 1 + valueBytes(each), 3);
    default:
      return 1; // BOOL, NULL; sets are not used here
  }
}
