/** The machine's sockets by themselves: who is silent, too loud or too large is dropped, and only who may posts to them. */
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { socketPoster } from "../../../functions/live/socket-poster.ts";
import { grantsOf, IdentityPolicy } from "../iam/identity-policy.ts";
import { openPermissions } from "../iam/permissions.ts";
import { eventually } from "../test-assembly.ts";
import { startSocketHub, type SocketHub } from "./socket-hub.ts";

const allowed = "arn:aws:execute-api:local-1:000000000000:api/live/POST/@connections/*";
const POLICY = IdentityPolicy.parse({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "execute-api:ManageConnections", Resource: allowed }],
});
const role = (statements: readonly IdentityPolicy[]) => ({ name: "r", arn: "a", grants: grantsOf(statements, "") });

let hub: SocketHub;
let server: Server;
let said: string[];
let closed: [id: string, code: number][];
let hold: Promise<void>;
beforeEach(async () => {
  const permissions = openPermissions({
    roles: new Map([
      ["teller", role([POLICY])],
      ["other", role([])],
    ]),
    labelOf: (name) => name,
    log: () => undefined,
  });
  hub = await startSocketHub({ id: "api", stage: "live" }, permissions, { pingMs: 50, log: () => undefined });
  [said, closed, hold] = [[], [], Promise.resolve()];
  server = createServer();
  server.on("upgrade", (request, socket, head) =>
    hub.open(
      hub.newId(),
      { request, socket, head },
      {
        message: async ({ id }, text) => {
          said.push(text === "id" ? id : text);
          await hold;
        },
        closed: async ({ id }, code) => void closed.push([id, code]),
      },
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await hub.stop();
  await new Promise((resolve) => server.close(resolve));
});

const port = (): number => (server.address() as AddressInfo).port;
const page = async (): Promise<{ socket: WebSocket; heard: string[]; code: () => number | null }> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port()}/live`);
  const heard: string[] = [];
  let code: number | null = null;
  socket.on("message", (data) => heard.push((data as Buffer).toString()));
  socket.on("close", (given) => (code = given));
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("open", resolve));
  return { socket, heard, code: () => code };
};
const poster = (name: string, endpoint = hub.endpoint) =>
  socketPoster(endpoint, {
    credentials: async () => ({ accessKeyId: `LOCAL${name}`, secretAccessKey: "local" }),
    region: async () => "local-1",
    sha256: Sha256,
  });
/** The signature is not verified here, so any hash will do. */
class Sha256 {
  update(): void {}
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(32);
  }
}

test("who may posts to a connection, and learns when it is gone", async () => {
  const { socket, heard } = await page();
  socket.send("id");
  await eventually(() => said.length === 1);
  const id = said[0] as string;
  expect(id).toMatch(/=$/); // as API Gateway's: it has to be encoded in the path
  await expect(poster("OTHER")(id, "x")).rejects.toThrow(
    `403 {"message":"User: arn:aws:sts::000000000000:assumed-role/r/other is not authorized to perform: execute-api:ManageConnections`,
  );
  await expect(poster("TELLER", hub.endpoint.replace("/live", "/other"))(id, "x")).rejects.toThrow("403");
  expect(await poster("TELLER")(id, "{}")).toBe(true);
  await expect(poster("TELLER")(id, "x".repeat(128 * 1024 + 1))).rejects.toThrow("413");
  await eventually(() => heard.length === 1);
  expect(heard).toEqual(["{}"]);
  socket.close();
  await eventually(() => closed.length === 1);
  expect(await poster("TELLER")(id, "{}")).toBe(false);
});

test("a peer that does not answer a ping is dropped; one that does stays", async () => {
  const { socket } = await page();
  const silent: Socket = connect(port(), "127.0.0.1");
  silent.on("error", () => undefined);
  silent.resume();
  silent.write(
    "GET /live HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: qkc7pWzMqCyIHkFpTOUmYw==\r\n\r\n",
  );
  await eventually(() => hub.count() === 2);
  await eventually(() => hub.count() === 1);
  expect(closed.map(([, code]) => code)).toEqual([1006]);
  expect(socket.readyState).toBe(WebSocket.OPEN);
});

test("a frame beyond 32 KB, a binary one, and a flood of messages end the connection", async () => {
  const large = await page();
  large.socket.send("x".repeat(32 * 1024 + 1));
  await eventually(() => large.code() === 1009);
  const binary = await page();
  binary.socket.send(Buffer.from([1]), { binary: true });
  await eventually(() => binary.code() === 1008);
  const { promise, resolve } = Promise.withResolvers<void>();
  hold = promise;
  const flood = await page();
  for (let i = 0; i < 40; i += 1) flood.socket.send(String(i));
  await eventually(() => flood.code() === 1008);
  resolve();
  await eventually(() => closed.length === 3);
  expect(said).toHaveLength(16);
});
