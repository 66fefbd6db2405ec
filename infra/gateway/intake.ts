/** From a piece of a TCP stream to its answers: who sends it, may they, is it on disk. */
import { StoreWriteError } from "../local/store.ts";
import { decodeFrame, type Hj212Frame } from "../../functions/telemetry/domain/hj212/decode.ts";
import type { FramePiece } from "../../functions/telemetry/domain/hj212/frame.ts";
import { answersTo, isInteraction, QN_RETURN, refusal } from "./answers.ts";
import type { Counters } from "./counters.ts";
import type { Device, Directory } from "./devices.ts";
import { packetSets } from "./packet-sets.ts";
import type { Quarantine } from "./quarantine.ts";
import type { Sender } from "./sender.ts";
import { SpoolFull, type Slot, type Spool } from "./spool.ts";

/** One connection, as far as its frames are concerned. */
export interface Peer {
  address: string;
  /** Notes that a known device speaks here. */
  claim(mn: string): void;
}

export interface Intake {
  /** Takes a piece; resolves with the answers to write, when what they answer is on disk. Never rejects. */
  take(piece: FramePiece, peer: Peer): Promise<Uint8Array[]>;
}

export interface IntakeOptions {
  directory: () => Directory;
  spool: Spool;
  sender: Sender;
  quarantine: Quarantine;
  counters: Counters;
  now: () => number;
  log: (line: string) => void;
}

type Admission = { ok: true; device: Device } | { ok: false; reason: string; detail: string; code: number };

export function startIntake({ directory, spool, sender, quarantine, counters, now, log }: IntakeOptions): Intake {
  const place = packetSets();

  async function admit(frame: Hj212Frame, address: string): Promise<Admission> {
    const device = await directory().find(frame.mn);
    if (!device) return { ok: false, reason: "mn-unknown", detail: "this gateway has no such MN", code: QN_RETURN.mn };
    if (!device.mayCallFrom(address))
      return { ok: false, reason: "address", detail: `it may not call from ${address}`, code: QN_RETURN.refused };
    if (!device.passwordFits(frame.pw))
      return { ok: false, reason: "password", detail: "its PW is not the right one", code: QN_RETURN.password };
    return { ok: true, device };
  }

  /** True when the frame is on disk. */
  async function store(frame: Hj212Frame, permitNo: string, bytes: Uint8Array): Promise<boolean> {
    const { window, packets, settled } = place(frame, permitNo, now());
    const slot: Slot = { window, permitNo };
    try {
      await spool.add(slot, bytes, packets);
    } catch (error) {
      if (!(error instanceof SpoolFull || error instanceof StoreWriteError)) throw error;
      counters.add("frames_unstored_total", error instanceof SpoolFull ? "full" : "disk");
      log(`frames are not taken in, and not answered, so that devices keep them: ${error.message}`);
      return false;
    }
    sender.stored(slot, bytes.length + 2, settled);
    return true;
  }

  return {
    async take(piece, peer) {
      const decoded = piece.ok ? decodeFrame(piece.segment) : piece;
      const refuse = (reason: string, detail: string, mn: string | null): void =>
        quarantine.keep({ at: now(), from: peer.address, reason, detail, mn, bytes: piece.bytes });
      // Damage is not answered: who sent it is not known, and a device sends again what nobody acknowledges.
      if (!decoded.ok || !("frame" in decoded)) {
        if (!decoded.ok) refuse(decoded.reason, decoded.detail, null);
        return [];
      }
      const { frame } = decoded;
      try {
        const admission = await admit(frame, peer.address);
        if (!admission.ok) {
          refuse(admission.reason, admission.detail, frame.mn);
          return frame.wantsAnswer ? [refusal(frame, admission.code)] : [];
        }
        peer.claim(frame.mn);
        if (frame.cn === "9012") counters.add("clock_set_total", exeReturn(frame));
        // Answers and heartbeats say nothing of the plant: a device that only beats its heart shall not look as if it reported.
        if (!isInteraction(frame.cn) && !(await store(frame, admission.device.permitNo, piece.bytes))) return [];
        counters.add("frames_total", String(frame.edition));
        return answersTo(frame, now());
      } catch (error) {
        log(`a frame of ${frame.mn} was not taken in: ${(error as Error).message}`);
        counters.add("frames_unstored_total", "error");
        return [];
      }
    },
  };
}

const exeReturn = (frame: Hj212Frame): string => {
  const value = frame.items.find(({ key }) => key === "ExeRtn")?.value ?? "";
  return /^\d{1,3}$/.test(value) ? value : "none";
};
