/** Compression of answers, as CloudFront does it: brotli before gzip, for texts of 1,000 to 10,000,000 bytes. */
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { WebAnswer } from "./http-api.ts";

const compressors = {
  br: (body: Buffer) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (body: Buffer) => promisify(gzip)(body),
};
const TEXTS = /^(text\/|image\/svg\+xml|application\/(json|javascript|manifest\+json|xml|problem\+json))/;

/** The answer in an encoding the client accepts; as it is when none fits or it is encoded already. */
export async function encodeBody(answer: WebAnswer, accepted: string | undefined): Promise<WebAnswer> {
  const { headers, body } = answer;
  if (
    headers["content-encoding"] ||
    !TEXTS.test(headers["content-type"] ?? "") ||
    body.length < 1_000 ||
    body.length > 10_000_000
  )
    return answer;
  const encoding = preferred(accepted ?? "");
  const varied: Record<string, string> = {
    ...headers,
    vary: headers["vary"] ? `${headers["vary"]}, accept-encoding` : "accept-encoding",
  };
  if (!encoding) return { ...answer, headers: varied };
  const encoded = await compressors[encoding](body);
  // Another representation of the same content: the strong tag becomes a weak one.
  const etag = varied["etag"] ? { etag: varied["etag"].replace(/^(?!W\/)/, "W/") } : {};
  return { ...answer, headers: { ...varied, ...etag, "content-encoding": encoding }, body: encoded };
}

function preferred(accepted: string): "br" | "gzip" | null {
  const takes = (name: string): boolean =>
    accepted.split(",").some((each) => {
      const [encoding = "", weight = ""] = each.trim().split(/\s*;\s*/);
      return (encoding === name || encoding === "*") && !/^q=0(\.0*)?$/.test(weight);
    });
  return takes("br") ? "br" : takes("gzip") ? "gzip" : null;
}
