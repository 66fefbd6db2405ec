import { expect, test } from "vitest";
import { signInSide } from "./sign-in-side.ts";

test("a template whose API takes another issuer's tokens is refused: nobody could ever sign in", () => {
  const side = signInSide(null);
  expect(() => side.authorizer("https://sign-in.example.cn", ["client"])).toThrow("leave out permit-watch:oidcIssuer");
  expect(side.elsewhere({ method: "GET", headers: { host: "localhost" }, path: "/portal/", query: "" })).toBeNull();
});
