import { synthesize } from "../../infra/synth.ts";

/** Folder of the synthesized assembly; made once, whatever number of test files ask for it. */
export const assembly = async (): Promise<string> => (await synthesize({ quiet: true, cached: true })).outdir;
