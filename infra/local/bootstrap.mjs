// Runs in every function process: the Lambda runtime for Node, as small as it can be. It loads the handler named by
// _HANDLER, takes invocations from the Runtime API and returns results. Plain JavaScript: it must start fast.
import { existsSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env;
const [host, token] = AWS_LAMBDA_RUNTIME_API.split("/");
const [hostname, port] = host.split(":");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

// The machine holds the other end of stdin: when the machine is gone, so is this process.
process.stdin
  .on("end", () => process.exit(0))
  .on("error", () => process.exit(0))
  .resume();
process.stdin.unref?.();

function call(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        method,
        agent,
        path: `/${token}/2018-06-01/runtime/${path}`,
        headers: body === undefined ? headers : { ...headers, "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
        response.on("error", reject);
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

const problem = (error) =>
  JSON.stringify(
    error instanceof Error || (error && typeof error === "object" && "message" in error)
      ? {
          errorType: error.name ?? "Error",
          errorMessage: String(error.message),
          trace: String(error.stack ?? "").split("\n"),
        }
      : { errorType: typeof error, errorMessage: String(error), trace: [] },
  );

// On a virtual clock (replay, back-fill) the functions' idea of now is the machine's at the moment of the invocation.
const RealDate = Date;
let frozen = null;
let installed = false;
function followClock(header) {
  frozen = header === undefined ? null : Number(header);
  if (frozen === null || installed) return;
  installed = true;
  const now = () => frozen ?? RealDate.now();
  function MachineDate(...parts) {
    if (!new.target) return new RealDate(now()).toString();
    return Reflect.construct(RealDate, parts.length === 0 ? [now()] : parts, new.target);
  }
  Object.setPrototypeOf(MachineDate, RealDate);
  MachineDate.prototype = RealDate.prototype;
  MachineDate.prototype.constructor = MachineDate;
  MachineDate.now = now;
  globalThis.Date = MachineDate;
}

async function load() {
  const dot = _HANDLER.lastIndexOf(".");
  const module = _HANDLER.slice(0, dot);
  const file = [".mjs", ".js", ".cjs"]
    .map((ending) => join(LAMBDA_TASK_ROOT, module + ending))
    .find((each) => existsSync(each));
  if (!file)
    throw Object.assign(new Error(`Cannot find module '${module}' in ${LAMBDA_TASK_ROOT}`), {
      name: "Runtime.ImportModuleError",
    });
  const handler = (await import(pathToFileURL(file).href))[_HANDLER.slice(dot + 1)];
  if (typeof handler !== "function")
    throw Object.assign(new Error(`${_HANDLER} is undefined or not exported`), { name: "Runtime.HandlerNotFound" });
  return handler;
}

const crash = async (error) => {
  console.error(error);
  await call("POST", "init/error", problem(error)).catch(() => undefined);
  process.exit(1);
};
let handler;
try {
  handler = await load();
} catch (error) {
  await crash(error);
}

let current = null;
for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, async (error) => {
    console.error(error);
    if (current) await call("POST", `invocation/${current}/error`, problem(error)).catch(() => undefined);
    process.exit(129);
  });

for (;;) {
  const { headers, body } = await call("GET", "invocation/next");
  current = headers["lambda-runtime-aws-request-id"];
  const deadline = performance.now() + Number(headers["lambda-runtime-deadline-ms"]) - RealDate.now();
  process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
  followClock(headers["permit-watch-clock"]);
  const context = {
    awsRequestId: current,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: "$LATEST",
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
  };
  let path = "response";
  let answer;
  try {
    answer = JSON.stringify((await handler(JSON.parse(body.toString()), context)) ?? null);
  } catch (error) {
    path = "error";
    answer = problem(error);
  }
  await call("POST", `invocation/${current}/${path}`, answer);
  current = null;
}
