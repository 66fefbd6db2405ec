/** Bytes of the archive by the size of its batches: the run's are small, and what repeats is found in large ones. */
import { formatIso, parseIso } from "../../functions/shared/shanghai.ts";
import { packLines } from "../../functions/telemetry/domain/archive-codec.ts";
import { nextLink, sha256, type ArchiveLine } from "../../functions/telemetry/domain/archive-line.ts";
import { bundleOf, costPlants } from "./cost-city.ts";

const MINUTE = parseIso("2026-10-13T23:10:00+08:00")!;
/** Places on the stream differ by about so much between two messages of a shard. */
const STEP = 3n * 10n ** 7n;
const sizes = new Map<number, number>();

/** Bytes a message of an object that holds so many messages of the cost run's plants, each device with one frame. */
export function archivedBytes(messages: number): number {
  const known = sizes.get(messages);
  if (known !== undefined) return known;
  const lines = costPlants(messages, 5).flatMap((plant, i): ArchiveLine[] => {
    const { topic, payload, receivedAt } = bundleOf(plant, MINUTE);
    const at = formatIso(receivedAt);
    const frames = Buffer.from(payload).toString("utf8").split("\r\n").filter(Boolean);
    return frames.map((frame, piece) => {
      // Stands for the link of a minute ago: as random as that is.
      const previous = sha256(`${i}/${piece}`);
      const digest = sha256(frame);
      return {
        archivedAt: formatIso(MINUTE + 90_000),
        attempt: 0,
        receivedAt: at,
        topic,
        clientId: topic.split("/")[1] ?? "",
        shard: "shardId-000000000000",
        sequence: String(
          49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n + BigInt(i) * STEP,
        ),
        piece,
        permitNo: plant.permitNo,
        mn: plant.devices[piece] ?? null,
        disposition: "accepted",
        reason: null,
        notes: [],
        grade: "A",
        sha256: digest,
        previous,
        link: nextLink(previous, at, digest),
        bytes: Buffer.from(frame).toString("base64"),
      };
    });
  });
  const size = packLines(lines).length / messages;
  sizes.set(messages, size);
  return size;
}
