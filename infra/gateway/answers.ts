/**
 * What a host answers (HJ 212-2017 chapter 6 and table 6): 9011 to a request, 9012 its result, 9013 to a notice, 9014 to
 * data. Pure: frame and time in, bytes out. Only a frame with bit A of Flag waits for an answer.
 */
import { formatCompact } from "../../functions/shared/shanghai.ts";
import type { Hj212Frame } from "../../functions/telemetry/domain/hj212/decode.ts";
import { encodeFrame } from "../../functions/telemetry/domain/hj212/encode.ts";

/** QnRtn of HJ 212-2017: refused, wrong PW, wrong MN, CN not known. */
export const QN_RETURN = { refused: 2, password: 3, mn: 4, command: 8 } as const;

/** Answers of a host to itself or to another host: never answered, or two of them would talk for ever. */
export const isAnswer = (cn: string): boolean => /^901[1-4]$/.test(cn);
/** CN of the interaction family (answers and the heartbeat): they carry nothing of the plant. */
export const isInteraction = (cn: string): boolean => cn.startsWith("9");

/**
 * The answers to a frame that was taken in, in the order they are sent; none when the sender does not wait.
 * `now` is the gateway's clock (epoch ms): what a device that asks for the time is told.
 */
export function answersTo(frame: Hj212Frame, now: number): Uint8Array[] {
  const { cn } = frame;
  if (!frame.wantsAnswer || isAnswer(cn)) return [];
  // Notices: the heartbeat of 2025, and the request to be given the time, which a setting of the clock follows.
  if (cn === "9015") return [answer(frame, "9013")];
  if (cn === "1013") return [answer(frame, "9013"), setClock(frame, now)];
  // A device that reads the host's clock as a host reads a device's.
  if (cn === "1011" && !frame.items.some(({ key }) => key === "SystemTime"))
    return [answer(frame, "9011", "QnRtn=1"), tellClock(frame, now), answer(frame, "9012", "ExeRtn=1")];
  if (isData(frame)) return [answer(frame, "9014")];
  // What only a host may ask of a device (set an interval, a password, start a calibration …) this host does not do.
  return [refusal(frame, /^[13]/.test(cn) || cn === "2012" || cn === "2022" ? QN_RETURN.refused : QN_RETURN.command)];
}

/** 9011 with the reason; for frames that wait for an answer and are not taken in. */
export const refusal = (frame: Hj212Frame, code: number): Uint8Array => answer(frame, "9011", `QnRtn=${code}`);

/** Values and states of the 2xxx family, and results of the 1xxx and 3xxx families, which come with content. */
function isData({ cn, items }: Hj212Frame): boolean {
  if (cn.startsWith("2")) return cn !== "2012" && cn !== "2022";
  const uploads = cn.startsWith("3") && items.some(({ key }) => key === "DataTime" || key.endsWith("-SN"));
  return uploads || (cn === "1011" && items.some(({ key }) => key === "SystemTime"));
}

function answer(frame: Hj212Frame, cn: string, cp = ""): Uint8Array {
  // HJ/T 212-2005 names the request inside CP, later editions in the header. Both for the old ones: receivers differ.
  const named = frame.edition === 2005 && frame.qn !== null && plain(frame.qn) !== null;
  const own = cn === "9014" && named ? `CN=${frame.cn}` : cp;
  return encodeFrame({
    ...addressed(frame),
    st: "91",
    cn,
    flag: (frame.flag ?? 0) & ~3,
    cp: named ? [`QN=${frame.qn}`, own].filter(Boolean).join(";") : cp,
  });
}

/** CN 1012, with bit A: the device says 9011 and 9012 to it. Its QN is the gateway's own. */
function setClock(frame: Hj212Frame, now: number): Uint8Array {
  const polId = frame.items.find(({ key }) => key === "PolId")?.value;
  const of = polId !== undefined && /^[A-Za-z0-9]{1,20}$/.test(polId) ? `PolId=${polId};` : "";
  return encodeFrame({
    ...addressed(frame),
    qn: formatCompact(now, true),
    st: plain(frame.st) ?? "91",
    cn: "1012",
    flag: ((frame.flag ?? 0) & ~3) | 1,
    cp: `${of}SystemTime=${formatCompact(now)}`,
  });
}

const tellClock = (frame: Hj212Frame, now: number): Uint8Array =>
  encodeFrame({
    ...addressed(frame),
    st: plain(frame.st) ?? "91",
    cn: "1011",
    flag: (frame.flag ?? 0) & ~3,
    cp: `SystemTime=${formatCompact(now)}`,
  });

/** What an answer repeats of its request. Never the password that would have been right. */
const addressed = (frame: Hj212Frame): { qn: string | null; pw: string | null; mn: string } => ({
  qn: plain(frame.qn),
  pw: plain(frame.pw),
  mn: plain(frame.mn) ?? "",
});

/** A header value that can stand in an answer; a stranger's text could else write fields of its own into it. */
const plain = (text: string | null): string | null =>
  text !== null && /^[A-Za-z0-9_.-]{1,64}$/.test(text) ? text : null;
