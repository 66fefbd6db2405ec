/** Line and column of what a problem of a permits file is about, found in its text. */
import { printParseErrorCode, visit } from "jsonc-parser";

export interface TextPlace {
  /** Both from 1. */
  line: number;
  column: number;
}

type Segment = string | number;

/** `permits[3].contacts[0]["phone number"]` and every beginning of it, the longest first. */
function beginnings(path: string): string[] {
  const found: string[] = [];
  for (let end = path.length; end > 0; end = Math.max(path.lastIndexOf(".", end - 1), path.lastIndexOf("[", end - 1)))
    found.push(path.slice(0, end));
  return found;
}

/** As shared/problems.ts writes a path. */
const pathText = (segments: readonly Segment[]): string =>
  segments.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (/[^\w$]/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");

/** Where each path stands; of what is missing, where the thing begins that lacks it. */
export function jsonPlaces(text: string, paths: readonly string[]): Map<string, TextPlace> {
  const wanted = new Set(paths.flatMap(beginnings));
  const places = new Map<string, TextPlace>();
  const seen = (segments: readonly Segment[], line: number, character: number): void => {
    const path = pathText(segments);
    if (wanted.has(path) && !places.has(path)) places.set(path, { line: line + 1, column: character + 1 });
  };
  type Begin = (
    offset: number,
    length: number,
    line: number,
    character: number,
    path: () => Segment[],
  ) => boolean | void;
  // Members of a list have no name of their own: they stand where they begin.
  const inList: Begin = (_offset, _length, line, character, path) => {
    const segments = path();
    if (typeof segments.at(-1) === "number") seen(segments, line, character);
  };
  visit(text, {
    onObjectBegin: inList,
    onArrayBegin: inList,
    onObjectProperty: (name, _offset, _length, line, character, path) => seen([...path(), name], line, character),
    onLiteralValue: (_value, ...rest) => void inList(...rest),
  });
  return new Map(
    paths.flatMap((path) => {
      const place = beginnings(path)
        .map((each) => places.get(each))
        .find(Boolean);
      return place ? [[path, place] as const] : [];
    }),
  );
}

/** The first thing that JSON does not allow; null when the text is JSON. */
export function jsonError(text: string): (TextPlace & { error: string }) | null {
  let first: (TextPlace & { error: string }) | null = null;
  visit(
    text,
    {
      onError: (error, _offset, _length, line, character) => {
        first ??= { error: printParseErrorCode(error), line: line + 1, column: character + 1 };
      },
    },
    { disallowComments: true },
  );
  return first;
}
