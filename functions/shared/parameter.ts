/** One secret of SSM by its name, where SSM's client would weigh more than everything else that it is read for. */
import * as z from "zod/mini";
import { signedCall, suffixOf, type SigningConfig } from "./signed-call.ts";

const Answer = z.object({ Parameter: z.object({ Value: z.string().check(z.minLength(1)) }) });

/** `endpoint`: where another than the region's own answers. Throws when the parameter cannot be read. */
export const parameterReader =
  (config: SigningConfig, endpoint: string | undefined) =>
  async (name: string): Promise<string> => {
    const answer = await signedCall(config, {
      service: "ssm",
      url: (region) => `https://ssm.${region}.${suffixOf(region)}/`,
      endpoint,
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter" },
      body: JSON.stringify({ Name: name, WithDecryption: true }),
      timeout: 5_000,
    });
    const text = await answer.text();
    if (!answer.ok)
      throw new Error(`the parameter ${name} cannot be read (${answer.status}): store the shared secret there`);
    return Answer.parse(JSON.parse(text)).Parameter.Value;
  };
