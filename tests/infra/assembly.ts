import { CHINA_EXAMPLE, synthesize } from "../../infra/synth.ts";
import { Templates } from "./templates.ts";

export const PARTITIONS = ["aws", "aws-cn"] as const;
export type Partition = (typeof PARTITIONS)[number];

/** Folder of the synthesized assembly; made once, whatever number of test files ask for it. */
export const assembly = async (partition: Partition = "aws"): Promise<string> =>
  (await synthesize({ ...(partition === "aws-cn" && CHINA_EXAMPLE), quiet: true, cached: true })).outdir;

/** The templates of both partitions. */
export const bothTemplates = async (): Promise<Record<Partition, Templates>> => ({
  aws: new Templates(await assembly("aws")),
  "aws-cn": new Templates(await assembly("aws-cn")),
});
