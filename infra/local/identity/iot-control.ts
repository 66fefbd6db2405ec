/**
 * Serves AWS IoT's REST protocol on loopback: to whoever can read the access key that the data folder holds, and to the
 * functions as far as their roles allow.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { randomUUID, timingSafeEqual } from "node:crypto";
import type { LocalServer } from "../s3.ts";
import { exceptionOf, type Permissions } from "../iam/permissions.ts";
import { accessOf } from "./iot-accesses.ts";
import { IotError, type IotOperation } from "./iot-calls.ts";

const MAX_BODY = 64 * 1024;

/** `accessKeyId` or a function's is asked of every request: other users of this machine must not issue identities. */
export async function startIotControl(
  operations: Readonly<Record<string, IotOperation>>,
  accessKeyId: string,
  permissions: Permissions,
): Promise<LocalServer> {
  const routes = Object.entries(operations).map(([route, run]) => {
    const [method = "", path = ""] = route.split(" ");
    return { route, method, pattern: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`), run };
  });
  const handle = async (request: IncomingMessage): Promise<unknown> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const { authorization = "" } = request.headers;
    const owner = isSignedWith(authorization, accessKeyId);
    // A stranger learns nothing of what there is: a function's key is looked for before anything is read.
    if (!owner && permissions.check(authorization, [])) throw stranger();
    for (const { route, method, pattern, run } of routes) {
      const match = method === request.method ? pattern.exec(pathname) : null;
      if (!match) continue;
      const path = Object.fromEntries(
        Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
      );
      const text = await readText(request);
      const call = {
        path,
        query: searchParams,
        principal: String(request.headers["x-amzn-principal"] ?? ""),
        body: text === "" ? {} : parseJson(text),
      };
      const refusal = owner ? null : permissions.check(authorization, [accessOf(route, call)]);
      if (refusal) {
        const { type, message } = exceptionOf(refusal);
        throw new IotError(403, type, message);
      }
      return await run(call);
    }
    throw new IotError(
      404,
      "UnknownOperationException",
      `${request.method} ${pathname} is unknown to the one-machine target (infra/local/identity/iot-calls.ts)`,
    );
  };
  const answer = (response: ServerResponse, status: number, body: unknown, code?: string): void => {
    response.writeHead(status, {
      "content-type": "application/json",
      "x-amzn-requestid": randomUUID(),
      ...(code ? { "x-amzn-errortype": code } : {}),
    });
    response.end(JSON.stringify(body));
  };
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    handle(request).then(
      (body) => answer(response, 200, body),
      (error: Error) =>
        error instanceof IotError
          ? answer(response, error.status, { message: error.message, ...error.more }, error.code)
          : answer(response, 500, { message: error.message }, "InternalFailureException"),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const stranger = (): IotError =>
  new IotError(403, "UnrecognizedClientException", "The access key is not the one of this machine");

function isSignedWith(authorization: string, accessKeyId: string): boolean {
  const given = Buffer.from(/Credential=([^/]+)\//.exec(authorization)?.[1] ?? "");
  const expected = Buffer.from(accessKeyId);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new IotError(400, "InvalidRequestException", "The body is not JSON");
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY)
      throw new IotError(413, "InvalidRequestException", `The body is larger than ${MAX_BODY} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
