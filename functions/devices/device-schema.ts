/** What the operations on devices take and answer. */
import * as z from "zod/mini";

export const CertificateView = z.object({
  /** SHA-256 of the certificate, as AWS IoT names it. */
  id: z.string(),
  status: z.enum(["ACTIVE", "INACTIVE", "REVOKED"]),
  created: z.string(),
  notAfter: z.string(),
  /** ACTIVE and not expired: the device can connect with it. */
  inForce: z.boolean(),
});

const Quality = z.nullable(
  z.object({
    grade: z.enum(["A", "B", "C", "D"]),
    /** Of 100: earned of what could be known. */
    points: z.number(),
    /** Days whose facts it is made from. */
    days: z.int(),
    of: z.array(
      z.object({
        fact: z.enum(["received", "counting", "late", "clock", "refused", "resent", "suspicious"]),
        /** A share, or seconds for `clock`; null: not known, and left out. */
        value: z.nullable(z.number()),
        points: z.number(),
        weight: z.number(),
        /** The value that earns all of the weight, and the one that earns nothing. */
        full: z.number(),
        none: z.number(),
        /** The best grade that is left where the fact earns nothing. */
        atNone: z.enum(["A", "B", "C", "D"]),
      }),
    ),
  }),
);

export const DeviceView = z.object({
  mn: z.string(),
  /** Where the permit binds it, now or in future; outlet null: a device that only reports facility states. */
  bindings: z.array(z.object({ outlet: z.nullable(z.string()), from: z.string(), to: z.nullable(z.string()) })),
  /** Oldest first. */
  certificates: z.array(CertificateView),
  /** More than one certificate is in force. */
  rotating: z.boolean(),
  /** Gateway that brings its frames, "" when it speaks for itself; null: it never spoke. */
  via: z.nullable(z.string()),
  lastSeen: z.nullable(z.string()),
  /** The last frames that name this device and were refused, newest first. */
  refusals: z.array(z.object({ at: z.string(), reason: z.string(), detail: z.string() })),
  /** By outlet, of the 7 and the 30 days that end with the last closed day; null where no day's facts are known. */
  quality: z.array(z.object({ outlet: z.string(), week: Quality, month: Quality })),
});
export const Devices = z.object({ devices: z.array(DeviceView) });

export const Connection = z.object({
  /** `host:port` of MQTT over TLS with the client's certificate. */
  endpoint: z.string(),
  clientId: z.string(),
  /** Topics that it may publish to: those of the standard first, then the same by Basic Ingest. */
  publish: z.array(z.string()),
  subscribe: z.string(),
  /** PEM of the authorities that the broker's certificate may come from. */
  ca: z.string(),
});

export const Issued = z.object({ certificate: CertificateView, pem: z.string(), connection: Connection });
export const Changed = z.object({ device: DeviceView, changed: z.array(z.string()) });

/** A request (PKCS #10) in PEM is below 4 KB with the largest RSA key in use. */
export const Request = z.object({ request: z.string().check(z.minLength(1), z.maxLength(10_000)) });
const certificate = z.string().check(z.regex(/^[0-9a-f]{64}$/, "must be the whole id of a certificate"));
export const Deactivation = z.object({
  /** Null: all that are in force. */
  certificate: z.nullable(certificate),
  /** For good: such a certificate is never in force again. */
  revoke: z.boolean(),
});
export const Activation = z.object({ certificate });
/** Which certificate stays. */
export const RotationEnd = z.object({ keep: certificate });
