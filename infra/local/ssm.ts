/**
 * SSM GetParameter from a file: a JSON object of parameter name → value, `secrets.json` in the data folder. Read at every call,
 * so that a key that is put there is found without a restart. Loopback only.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod/mini";
import { parseInput } from "../../functions/shared/problems.ts";
import { exceptionOf, type Permissions } from "./iam/permissions.ts";
import type { LocalServer } from "./s3.ts";
import { machineAccount, machineRegion } from "./template.ts";

const Secrets = z.record(z.string(), z.string());
const Request = z.object({ Name: z.string() });

/** Starts the endpoint. A file that is missing holds nothing; one that is not understood fails every call and says why. */
export async function startSsm(file: string, permissions: Permissions): Promise<LocalServer> {
  const answer = async (request: IncomingMessage): Promise<[status: number, body: object]> => {
    const target = request.headers["x-amz-target"];
    if (target !== "AmazonSSM.GetParameter")
      return [400, fault("UnknownOperationException", `${String(target)}: the one-machine target serves GetParameter`)];
    const parsed = parseInput(Request, JSON.parse(await text(request)));
    if (!parsed.ok) return [400, fault("ValidationException", "Name is missing")];
    const { Name } = parsed.data;
    const resource = `arn:aws:ssm:${machineRegion}:${machineAccount}:parameter/${Name.replace(/^\//, "")}`;
    const refusal = permissions.check(request.headers.authorization, [{ action: "ssm:GetParameter", resource }]);
    if (refusal) {
      const { type, message } = exceptionOf(refusal);
      return [400, fault(type, message)];
    }
    const Value = readSecrets(file)[Name];
    if (Value === undefined) return [400, fault("ParameterNotFound", "")];
    return [200, { Parameter: { Name, Value, Type: "SecureString", Version: 1 } }];
  };
  const server = createServer((request, response) => {
    void answer(request)
      .catch((error: Error): [number, object] => [500, fault("InternalServerError", error.message)])
      .then(([status, body]) => {
        response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
        response.end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const fault = (__type: string, message: string): object => ({ __type, message });

function readSecrets(file: string): Record<string, string> {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
  const parsed = parseInput(Secrets, JSON.parse(content));
  if (parsed.ok) return parsed.data;
  throw new Error(`${file} must be a JSON object of parameter name to value: ${parsed.problems[0]?.path}`);
}
