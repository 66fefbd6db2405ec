/** A function's output in a file, rotated by size; its error lines also go to the console, one line each. */
import { closeSync, openSync, renameSync, statSync, writeSync } from "node:fs";

export interface FunctionLog {
  write: (chunk: Buffer) => void;
  close: () => void;
}

const ROTATE_BYTES = 10 * 2 ** 20;

/**
 * Appends to `file`; at 10 MB it becomes `file.1` (one old file is kept). `surface` gets one line per logged error,
 * `metrics` every line that reports some.
 */
export function openFunctionLog(
  file: string,
  surface: (line: string) => void,
  metrics?: (line: string) => void,
): FunctionLog {
  let handle = openSync(file, "a");
  let size = statSync(file).size;
  let tail = "";
  return {
    write: (chunk) => {
      try {
        size += writeSync(handle, chunk);
        if (size > ROTATE_BYTES) {
          closeSync(handle);
          renameSync(file, `${file}.1`);
          handle = openSync(file, "a");
          size = 0;
        }
      } catch {
        // A full disk must not take the machine down; the write that matters reports it.
      }
      const lines = (tail + chunk.toString()).split("\n");
      tail = (lines.pop() ?? "").slice(-100_000);
      for (const line of lines) {
        if (line.includes('"_aws":{')) metrics?.(line);
        if (line.includes('"level":"ERROR"') || line.includes('"level":"CRITICAL"')) surface(oneLine(line));
      }
    },
    close: () => closeSync(handle),
  };
}

function oneLine(line: string): string {
  try {
    const { message, error } = JSON.parse(line) as { message?: string; error?: { message?: string } };
    return `${message ?? line.slice(0, 300)}${error?.message ? `: ${error.message}` : ""}`;
  } catch {
    return line.slice(0, 300);
  }
}
