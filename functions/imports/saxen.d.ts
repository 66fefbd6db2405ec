/** What we use of saxen, which brings no types. */
declare module "saxen" {
  type Decode = (text: string) => string;
  export class Parser {
    on(hook: "openTag", handle: (name: string, attributes: () => Record<string, string>, decode: Decode) => void): this;
    on(hook: "closeTag", handle: (name: string) => void): this;
    on(hook: "text", handle: (value: string, decode: Decode) => void): this;
    on(hook: "cdata", handle: (value: string) => void): this;
    on(hook: "error", handle: (error: Error) => void): this;
    parse(xml: string): this;
  }
}
