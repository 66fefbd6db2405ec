/** What goes over the wire to the user pool, and what comes of its answers. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { userPool, type UserPool } from "./user-pool.ts";

const asked: { headers: IncomingHttpHeaders; body: unknown }[] = [];
let answer: { status: number; body: string };
const server = createServer((request, response) => {
  void text(request).then((body) => {
    asked.push({ headers: request.headers, body: JSON.parse(body) as unknown });
    response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.1" }).end(answer.body);
  });
});
let pool: UserPool;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const client = new DynamoDBClient({
    region: "eu-west-1",
    credentials: { accessKeyId: "AKID", secretAccessKey: "secret", sessionToken: "session" },
  });
  pool = userPool("eu-west-1_pool", DynamoDBDocumentClient.from(client).config, `http://127.0.0.1:${port}`);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  asked.length = 0;
  answer = { status: 200, body: "{}" };
});
const fails = (type: string): void => {
  answer = { status: 400, body: JSON.stringify({ __type: type, message: "no" }) };
};

describe("a call", () => {
  test("is signed for the service and its region, with the session's token", async () => {
    await pool.signOut("anna");
    const { headers, body } = asked[0]!;
    expect(headers["x-amz-target"]).toBe("AWSCognitoIdentityProviderService.AdminUserGlobalSignOut");
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/cognito-idp\/aws4_request, SignedHeaders=content-type;host;[a-z0-9;-]+, Signature=[0-9a-f]{64}$/,
    );
    expect(headers["x-amz-security-token"]).toBe("session");
    expect(body).toEqual({ UserPoolId: "eu-west-1_pool", Username: "anna" });
  });
  test("makes an account that has to change its password, and no message of the pool's", async () => {
    answer.body = JSON.stringify({
      User: {
        Attributes: [
          { Name: "name", Value: "Anna" },
          { Name: "sub", Value: "s-1" },
        ],
      },
    });
    expect(await pool.create("anna", "Anna", "first")).toBe("s-1");
    expect(asked[0]?.body).toEqual({
      UserPoolId: "eu-west-1_pool",
      Username: "anna",
      TemporaryPassword: "first",
      MessageAction: "SUPPRESS",
      UserAttributes: [{ Name: "name", Value: "Anna" }],
    });
  });
  test("gives another password to be changed", async () => {
    expect(await pool.reset("s-1", "second")).toBe(true);
    expect(asked[0]?.body).toMatchObject({ Username: "s-1", Password: "second", Permanent: false });
  });
});

describe("an answer that is none", () => {
  test("a name that is taken, a person that is not there", async () => {
    fails("UsernameExistsException");
    expect(await pool.create("anna", "Anna", "first")).toBeNull();
    fails("com.amazonaws#UserNotFoundException");
    expect(await pool.reset("s-1", "second")).toBe(false);
    await pool.signOut("s-1");
  });
  test("anything else is an error that says the call and the exception", async () => {
    fails("NotAuthorizedException");
    await expect(pool.create("anna", "Anna", "first")).rejects.toThrow("AdminCreateUser: NotAuthorizedException: no");
    answer = { status: 502, body: "<html>" };
    await expect(pool.signOut("s-1")).rejects.toThrow("AdminUserGlobalSignOut: 502: <html>");
  });
  test("an account without a subject is no account", async () => {
    answer.body = JSON.stringify({ User: { Attributes: [] } });
    await expect(pool.create("anna", "Anna", "first")).rejects.toThrow("no subject");
  });
});
