/** The archive as a reader sees it: objects of a shard in the order of their first sequence number, each a batch. */
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, type S3Client } from "@aws-sdk/client-s3";
import { unpackLines } from "./domain/archive-codec.ts";
import type { ArchiveLine } from "./domain/archive-line.ts";

export interface ArchiveReader {
  /** Keys of a shard behind `after` (a key or a part of one), in order, at most `most`. */
  list(shard: string, after: string, most: number): Promise<string[]>;
  /** Lines of an object; none when it is gone. */
  lines(key: string): Promise<ArchiveLine[]>;
}

export const archivePrefix = (shard: string): string => `raw/${shard}/`;

export const archiveReader = (s3: S3Client, bucket: string): ArchiveReader => ({
  async list(shard, after, most) {
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: archivePrefix(shard),
        StartAfter: after,
        MaxKeys: Math.min(1000, most),
      }),
    );
    return Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
  },
  async lines(key) {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Body ? named(key, await Body.transformToByteArray()) : [];
    } catch (error) {
      if (error instanceof NoSuchKey) return [];
      throw error;
    }
  },
});

/** A damaged object is named. */
function named(key: string, bytes: Uint8Array): ArchiveLine[] {
  try {
    return unpackLines(bytes);
  } catch (error) {
    throw new Error(`archive object ${key} cannot be read: ${String(error)}`, { cause: error });
  }
}
