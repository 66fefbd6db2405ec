/** One object a batch: nothing that stands in the archive is ever written over. */
import { PutObjectCommand, S3ServiceException, type S3Client } from "@aws-sdk/client-s3";
import { archivePrefix } from "./archive-reader.ts";
import { packLines, SUFFIX } from "./domain/archive-codec.ts";
import type { ArchiveLine } from "./domain/archive-line.ts";

/** Keeps lines under the place of the batch's first message; returns the object's key. */
export const archiveWriter =
  (s3: S3Client, bucket: string) =>
  async (shard: string, sequence: string, lines: readonly ArchiveLine[]): Promise<string> => {
    const Body = packLines(lines);
    // A batch that is tried again must not stand in the place of what its first try archived.
    for (let attempt = 0; ; attempt++) {
      const Key = `${archivePrefix(shard)}${sequence}${attempt === 0 ? "" : `-${attempt}`}${SUFFIX}`;
      try {
        await s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key,
            Body,
            IfNoneMatch: "*",
            ContentType: "application/zstd",
          }),
        );
        return Key;
      } catch (error) {
        if (!(error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412)) throw error;
      }
    }
  };
