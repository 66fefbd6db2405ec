/** A bucket as its users see it. */
import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

export interface Bucket {
  put(key: string, body: Uint8Array | string, contentType: string): Promise<void>;
  /** Null when there is no such object. */
  get(key: string): Promise<Uint8Array | null>;
}

export const s3Bucket = (s3: S3Client, name: string): Bucket => ({
  async put(Key, Body, ContentType) {
    await s3.send(new PutObjectCommand({ Bucket: name, Key, Body, ContentType }));
  },
  async get(Key) {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key }));
      return Body ? await Body.transformToByteArray() : null;
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw error;
    }
  },
});
