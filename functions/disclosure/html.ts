/** The little that is needed to write HTML safely: everything that is not from this code goes through `esc`. */
import type { Text } from "./domain/text.ts";

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export const esc = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => ENTITIES[c] ?? c);

/**
 * Both languages beside each other; the style sheet shows one. `path` names the text in the JSON view, so that the
 * script can renew it.
 */
export function both(text: Text, path?: string): string {
  const key = (lang: string): string => (path === undefined ? "" : ` data-k="${path}.${lang}"`);
  if (text.zh === text.en && path === undefined) return esc(text.zh);
  return `<span lang=zh${key("zh")}>${esc(text.zh)}</span><span lang=en${key("en")}>${esc(text.en)}</span>`;
}
