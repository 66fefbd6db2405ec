/** CloudFront on one machine: the template's behaviours over the site bucket and the HTTP API, with its headers. */
import * as z from "zod/mini";
import { encodeBody } from "./encoding.ts";
import { parse } from "./definition.ts";
import type { HttpApi, WebAnswer, WebRequest } from "./http-api.ts";
import type { SocketApi, Upgrade } from "./live/socket-api.ts";
import type { ObjectStore } from "./object-store.ts";
import { TemplateError, type Assembly } from "./template.ts";

type Origin = (request: WebRequest) => Promise<WebAnswer>;
/** Makes a socket of an upgrade, or tells the status of its refusal. */
export type Upgraded = (request: WebRequest, upgrade: Upgrade) => Promise<number | null>;
export interface Distribution {
  answer: Origin;
  upgrade: Upgraded;
}

const text = z.string();
const Behaviour = z.strictObject({
  PathPattern: z.optional(text),
  TargetOriginId: text,
  AllowedMethods: z._default(z.array(text), ["GET", "HEAD"]),
  CachedMethods: z.optional(z.array(text)),
  CachePolicyId: text,
  OriginRequestPolicyId: z.optional(text),
  ResponseHeadersPolicyId: z.optional(text),
  Compress: z._default(z.boolean(), false),
  ViewerProtocolPolicy: text, // TLS is CloudFront's; the machine serves plain HTTP on loopback
});
const Config = z.strictObject({
  DistributionConfig: z.object({
    CacheBehaviors: z._default(z.array(Behaviour), []),
    DefaultCacheBehavior: Behaviour,
    DefaultRootObject: z._default(text, ""),
    Enabled: z.literal(true),
    Origins: z.array(
      z.object({
        Id: text,
        DomainName: text,
        OriginPath: z.optional(z.literal("")),
        OriginCustomHeaders: z._default(z.array(z.strictObject({ HeaderName: text, HeaderValue: text })), []),
      }),
    ),
    CustomErrorResponses: z.optional(z.never()),
  }),
});
const CachePolicy = z.strictObject({
  CachePolicyConfig: z.object({ MinTTL: z.number(), DefaultTTL: z.number(), MaxTTL: z.number() }),
});
const override = z.boolean();
const HeadersPolicy = z.strictObject({
  ResponseHeadersPolicyConfig: z.strictObject({
    Name: text,
    Comment: z.optional(text),
    SecurityHeadersConfig: z.optional(
      z.strictObject({
        ContentSecurityPolicy: z.optional(z.strictObject({ ContentSecurityPolicy: text, Override: override })),
        ContentTypeOptions: z.optional(z.strictObject({ Override: override })),
        FrameOptions: z.optional(z.strictObject({ FrameOption: text, Override: override })),
        ReferrerPolicy: z.optional(z.strictObject({ ReferrerPolicy: text, Override: override })),
        StrictTransportSecurity: z.optional(
          z.strictObject({
            AccessControlMaxAgeSec: z.number(),
            IncludeSubdomains: z.optional(z.boolean()),
            Preload: z.optional(z.boolean()),
            Override: override,
          }),
        ),
      }),
    ),
    CustomHeadersConfig: z.optional(
      z.strictObject({ Items: z.array(z.strictObject({ Header: text, Value: text, Override: override })) }),
    ),
  }),
});

interface CompiledBehaviour {
  pattern: RegExp;
  methods: string[];
  compress: boolean;
  headers: { name: string; value: string; override: boolean }[];
  ttl: { min: number; default: number; max: number };
  origin: Origin;
  /** Null where the origin makes no sockets. */
  upgrade: Upgraded | null;
  cached: boolean;
}

/** Reads the template's one distribution; null when it has none. */
export function readDistribution(
  assembly: Assembly,
  objects: ObjectStore,
  apis: ReadonlyMap<string, HttpApi>,
  sockets: ReadonlyMap<string, SocketApi> = new Map(),
): Distribution | null {
  const [resource, another] = assembly.ofType("AWS::CloudFront::Distribution");
  if (another) throw new TemplateError(`${another.path}: the one-machine target serves one distribution`);
  if (!resource) return null;
  const config = parse(resource, Config).DistributionConfig;
  const cache = new AnswerCache();
  const compile = (behaviour: z.output<typeof Behaviour>): CompiledBehaviour => {
    const origin = config.Origins.find(({ Id }) => Id === behaviour.TargetOriginId);
    const domain = origin?.DomainName ?? "";
    const host = domain.split(".").slice(0, 2).join(".");
    const socket = sockets.get(host);
    const api = apis.get(host) ?? (socket && onlySockets);
    const bucket = objects.bucket(domain.split(".s3.")[0] ?? "");
    if (!api && !bucket)
      throw new TemplateError(`${resource.path}: origin ${domain} is neither a bucket nor an API of the template`);
    const policy = assembly.find("AWS::CloudFront::CachePolicy", behaviour.CachePolicyId);
    if (!policy)
      throw new TemplateError(`${resource.path}: cache policy ${behaviour.CachePolicyId} is not in the template`);
    const added = origin?.OriginCustomHeaders ?? [];
    const { MinTTL, DefaultTTL, MaxTTL } = parse(policy, CachePolicy).CachePolicyConfig;
    return {
      pattern: globOf(behaviour.PathPattern ?? "*"),
      methods: behaviour.AllowedMethods,
      compress: behaviour.Compress,
      headers: headersOf(assembly, behaviour.ResponseHeadersPolicyId),
      ttl: { min: MinTTL, default: DefaultTTL, max: MaxTTL },
      origin: api
        ? (request) => api(withAdded(request, added))
        : bucketOrigin(objects, bucket?.name ?? "", config.DefaultRootObject),
      upgrade: socket ? (request, upgrade) => socket(withAdded(request, added), upgrade) : null,
      // Objects are read from this machine's disk: a copy would only be older. What is never kept is of one person.
      cached: api !== undefined && MaxTTL > 0,
    };
  };
  const behaviours = [...config.CacheBehaviors, config.DefaultCacheBehavior].map(compile);

  const behaviourOf = ({ path }: WebRequest): CompiledBehaviour | undefined =>
    behaviours.find(({ pattern }) => pattern.test(path));
  const upgrade: Upgraded = async (request, socket) => {
    const make = behaviourOf(request)?.upgrade;
    return make ? make(request, socket) : 404;
  };
  const respond: Origin = async (request) => {
    const behaviour = behaviourOf(request);
    if (!behaviour) return plain(404, "Not Found");
    if (!behaviour.methods.includes(request.method))
      return withHeaders(plain(403, "This method is not allowed here."), behaviour);
    const fetched =
      behaviour.cached && (request.method === "GET" || request.method === "HEAD")
        ? await cache.through(`${request.path}?${request.query}`, behaviour.ttl, () =>
            behaviour.origin({ ...request, method: "GET" }),
          )
        : await behaviour.origin(request);
    const answer = withHeaders(fetched, behaviour);
    const { etag } = answer.headers;
    if (answer.status === 200 && etag && notModified(request.headers["if-none-match"], etag))
      return { ...answer, status: 304, body: Buffer.alloc(0) };
    return behaviour.compress ? encodeBody(answer, request.headers["accept-encoding"]) : answer;
  };
  return { answer: respond, upgrade };
}

/** The origin gets `added` headers, whatever the reader sent under their names. */
function withAdded(request: WebRequest, added: readonly { HeaderName: string; HeaderValue: string }[]): WebRequest {
  const headers = Object.fromEntries(added.map((each) => [each.HeaderName.toLowerCase(), each.HeaderValue]));
  return { ...request, headers: { ...request.headers, ...headers } };
}

/** A plain request to the socket's API. */
const onlySockets: Origin = async () => plain(426, "Upgrade Required");

function bucketOrigin(objects: ObjectStore, bucket: string, root: string): Origin {
  return async (request) => {
    const key = request.path === "/" ? root : decodeURIComponent(request.path.slice(1));
    const found = key ? await objects.get(bucket, key) : null;
    if (!found) return plain(404, "没有这个页面。 There is nothing at this address.");
    const { meta, body } = found;
    return {
      status: 200,
      headers: {
        "content-type": "application/octet-stream",
        ...meta.headers,
        etag: meta.etag,
        "last-modified": new Date(meta.modified).toUTCString(),
      },
      body,
    };
  };
}

/** `W/` is ignored on both sides: the comparison for If-None-Match is the weak one. */
function notModified(given: string | undefined, etag: string): boolean {
  const bare = (tag: string): string => tag.trim().replace(/^W\//, "");
  return given !== undefined && (given.trim() === "*" || given.split(",").some((each) => bare(each) === bare(etag)));
}

const withHeaders = (answer: WebAnswer, { headers }: CompiledBehaviour): WebAnswer => {
  const all = { ...answer.headers };
  for (const { name, value, override: wins } of headers) if (wins || !(name in all)) all[name] = value;
  return { ...answer, headers: all };
};

function headersOf(assembly: Assembly, id: string | undefined): CompiledBehaviour["headers"] {
  if (id === undefined) return [];
  const policy = assembly.find("AWS::CloudFront::ResponseHeadersPolicy", id);
  if (!policy) throw new TemplateError(`response headers policy ${id} is not in the template`);
  const { SecurityHeadersConfig: security = {}, CustomHeadersConfig: custom } = parse(
    policy,
    HeadersPolicy,
  ).ResponseHeadersPolicyConfig;
  const {
    ContentSecurityPolicy: csp,
    ContentTypeOptions: type,
    FrameOptions: frame,
    ReferrerPolicy: referrer,
    StrictTransportSecurity: hsts,
  } = security;
  return [
    ...(csp ? [{ name: "content-security-policy", value: csp.ContentSecurityPolicy, override: csp.Override }] : []),
    ...(type ? [{ name: "x-content-type-options", value: "nosniff", override: type.Override }] : []),
    ...(frame ? [{ name: "x-frame-options", value: frame.FrameOption, override: frame.Override }] : []),
    ...(referrer ? [{ name: "referrer-policy", value: referrer.ReferrerPolicy, override: referrer.Override }] : []),
    ...(hsts
      ? [
          {
            name: "strict-transport-security",
            value: `max-age=${hsts.AccessControlMaxAgeSec}${hsts.IncludeSubdomains ? "; includeSubDomains" : ""}${hsts.Preload ? "; preload" : ""}`,
            override: hsts.Override,
          },
        ]
      : []),
    ...(custom?.Items ?? []).map((item) => ({
      name: item.Header.toLowerCase(),
      value: item.Value,
      override: item.Override,
    })),
  ];
}

/** CloudFront's path patterns: `*` any characters, `?` one. */
const globOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/^(?!\/)/, pattern.startsWith("*") ? "" : "/")
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );

export const plain = (status: number, message: string): WebAnswer => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  body: Buffer.from(`${message}\n`),
});

/** Answers kept as long as their cache-control and the behaviour's bounds allow; equal requests at once share one call. */
class AnswerCache {
  readonly #kept = new Map<string, { answer: WebAnswer; until: number; since: number }>();
  readonly #running = new Map<string, Promise<WebAnswer>>();

  async through(key: string, ttl: CompiledBehaviour["ttl"], fetch: () => Promise<WebAnswer>): Promise<WebAnswer> {
    const now = performance.now();
    const kept = this.#kept.get(key);
    if (kept && kept.until > now)
      return {
        ...kept.answer,
        headers: {
          ...kept.answer.headers,
          age: String(Math.floor((now - kept.since) / 1000)),
          "x-cache": "Hit from local",
        },
      };
    const running = this.#running.get(key) ?? this.#fetch(key, ttl, fetch);
    return running;
  }

  #fetch(key: string, ttl: CompiledBehaviour["ttl"], fetch: () => Promise<WebAnswer>): Promise<WebAnswer> {
    const running = fetch()
      .then((answer) => {
        const seconds = lifetime(answer.headers["cache-control"], ttl);
        this.#kept.delete(key);
        if (answer.status < 500 && seconds > 0 && !answer.cookies) this.#keep(key, answer, seconds);
        return answer;
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  #keep(key: string, answer: WebAnswer, seconds: number): void {
    const now = performance.now();
    this.#kept.set(key, { answer, until: now + seconds * 1000, since: now });
    // The oldest goes first: a Map keeps the order of insertion.
    if (this.#kept.size > 1_000) this.#kept.delete(this.#kept.keys().next().value ?? "");
  }
}

function lifetime(cacheControl: string | undefined, ttl: CompiledBehaviour["ttl"]): number {
  if (cacheControl === undefined) return ttl.default;
  if (/\b(no-store|no-cache|private)\b/.test(cacheControl)) return ttl.min;
  const age = /\bs-maxage=(\d+)/.exec(cacheControl) ?? /\bmax-age=(\d+)/.exec(cacheControl);
  return Math.min(ttl.max, Math.max(ttl.min, age ? Number(age[1]) : ttl.default));
}
