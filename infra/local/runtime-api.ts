/**
 * The Lambda service of one machine: a Runtime API server and, per function, a pool of Node processes that run the same
 * bundles as on AWS. Timeout and memory are enforced by killing the process; the next invocation gets a fresh one.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { spawnBound } from "./child.ts";
import { openFunctionLog, type FunctionLog } from "./function-log.ts";
import type { FunctionDefinition } from "./definition.ts";
import type { EndedInvocation } from "./status/status.ts";
import { machineRegion } from "./template.ts";

/** What a function answered; `error` when it threw, timed out, ran out of memory or died. */
export interface InvocationResult {
  payload: string;
  error?: { errorType: string; errorMessage: string };
}

export interface InvokeOptions {
  /** What the function takes for now. */
  asOf?: number;
  /** Invocations of the same lane go to the same process when it is free: what it holds in memory is still right. */
  lane?: string;
}

export interface LambdaService {
  /** Invokes by function name, waits for the answer; never rejects for what the function does wrong. */
  invoke(name: string, payload: string, how?: InvokeOptions): Promise<InvocationResult>;
  /** Invocations that run or wait. */
  running(): number;
  /** Per function, since the start: invocations that ended, and how many of them in an error. */
  counts(): Record<string, { invocations: number; errors: number }>;
  /** For tests: pids of the live processes of a function. */
  pids(name: string): number[];
  stop(): Promise<void>;
}

export interface LambdaOptions {
  functions: readonly FunctionDefinition[];
  logDir: string;
  /** Endpoints and other machine settings, put into every function's environment. */
  environment: Record<string, string>;
  /** Virtual time of an invocation, or null when the functions see the real clock. */
  virtualNow: () => number | null;
  log: (line: string) => void;
  /** For the status page: lines that report metrics, and every invocation that ended. */
  status?: { logged(line: string): void; ended(invocation: EndedInvocation): void };
  /** Most processes per function at one time. */
  maxProcesses?: number;
}

interface Invocation {
  id: string;
  payload: string;
  how: InvokeOptions;
  resolve: (result: InvocationResult) => void;
  timer?: NodeJS.Timeout;
  /** `performance.now()` when a process got it. */
  startedAt?: number;
}
interface Environment {
  token: string;
  child: ChildProcess;
  pool: Pool;
  current: Invocation | null;
  /** The answer to GET next, held until there is work. */
  parked: ServerResponse | null;
  failure: { errorType: string; errorMessage: string } | null;
  idleSince: number;
  /** Lane of its last invocation. */
  lane: string | undefined;
  /** It has asked for work: its handler is loaded. */
  initialised: boolean;
  initTimer: NodeJS.Timeout;
}
interface Pool {
  definition: FunctionDefinition;
  waiting: Invocation[];
  environments: Set<Environment>;
  limit: number;
  log: FunctionLog;
  counts: { invocations: number; errors: number };
}

const INIT_MS = 10_000;
const IDLE_MS = 10 * 60_000;
const RETURN_MS = 5_000;
const MEMORY_POLL_MS = 100;
const PAGE = 4096;
const bootstrap = join(import.meta.dirname, "bootstrap.mjs");

/** Starts the Runtime API on a free loopback port. Processes start with the first invocation that needs them. */
export async function startLambda(options: LambdaOptions): Promise<LambdaService> {
  const pools = new Map<string, Pool>(
    options.functions.map((definition) => [
      definition.name,
      {
        definition,
        waiting: [],
        environments: new Set<Environment>(),
        counts: { invocations: 0, errors: 0 },
        limit: Math.min(definition.concurrency ?? Infinity, options.maxProcesses ?? 2),
        log: openFunctionLog(
          join(options.logDir, `${definition.label}.log`),
          (line) => options.log(`${definition.label}: ${line}`),
          options.status?.logged,
        ),
      },
    ]),
  );
  const environments = new Map<string, Environment>();
  let stopping = false;

  const server = createServer((request, response) => {
    const [, token = "", , , kind, id, verb] = (request.url ?? "").split("/");
    const environment = environments.get(token);
    if (!environment) return void response.writeHead(404).end();
    if (kind === "invocation" && id === "next") return park(environment, response);
    void body(request).then(
      (text) => {
        response.writeHead(202).end();
        if (kind === "init") {
          environment.failure = parseProblem(text);
        } else if (environment.current?.id === id) {
          finish(environment, verb === "error" ? { payload: text, error: parseProblem(text) } : { payload: text });
        }
      },
      () => response.destroy(),
    );
  });
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };

  function park(environment: Environment, response: ServerResponse): void {
    clearTimeout(environment.initTimer);
    environment.parked = response;
    environment.initialised = true;
    environment.idleSince = performance.now();
    dispatch(environment.pool);
  }

  function dispatch(pool: Pool): void {
    pool.waiting = pool.waiting.filter((invocation) => {
      const environment = environmentFor(pool, invocation.how.lane);
      if (environment) hand(environment, invocation);
      return !environment;
    });
    const starting = [...pool.environments].filter((each) => !each.parked && !each.current).length;
    if (!stopping && pool.waiting.length > starting && pool.environments.size < pool.limit) start(pool);
  }

  /** A free process: the lane's own, waited for while it is about to ask for work; else one whose lane nobody misses. */
  function environmentFor(pool: Pool, lane: string | undefined): Environment | undefined {
    const all = [...pool.environments];
    const own = lane === undefined ? undefined : all.find((each) => each.lane === lane);
    if (own && !own.current) return own.parked ? own : undefined;
    const free = all.filter((each) => each.parked && !each.current);
    return free.find((each) => each.lane === undefined) ?? free[0];
  }

  function hand(environment: Environment, invocation: Invocation): void {
    const { definition } = environment.pool;
    const virtual = invocation.how.asOf ?? options.virtualNow();
    environment.lane = invocation.how.lane;
    environment.current = invocation;
    invocation.startedAt = performance.now();
    invocation.timer = setTimeout(
      () =>
        end(environment, {
          errorType: "Sandbox.Timedout",
          errorMessage: `Task timed out after ${(definition.timeoutMs / 1000).toFixed(2)} seconds`,
        }),
      definition.timeoutMs,
    );
    const response = environment.parked as ServerResponse;
    environment.parked = null;
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(invocation.payload),
      "lambda-runtime-aws-request-id": invocation.id,
      "lambda-runtime-deadline-ms": String(Date.now() + definition.timeoutMs),
      "lambda-runtime-invoked-function-arn": definition.arn,
      "lambda-runtime-trace-id": `Root=1-00000000-${invocation.id.replaceAll("-", "").slice(0, 24)};Sampled=0`,
      ...(virtual === null ? {} : { "permit-watch-clock": String(virtual) }),
    });
    response.end(invocation.payload);
  }

  function finish(environment: Environment, result: InvocationResult): void {
    const invocation = environment.current;
    if (!invocation) return;
    clearTimeout(invocation.timer);
    environment.current = null;
    environment.idleSince = performance.now();
    settle(environment.pool, invocation, result);
  }

  function settle(pool: Pool, invocation: Invocation, result: InvocationResult): void {
    pool.counts.invocations += 1;
    if (result.error) pool.counts.errors += 1;
    options.status?.ended({
      functionName: pool.definition.name,
      payload: invocation.payload,
      ms: invocation.startedAt === undefined ? 0 : performance.now() - invocation.startedAt,
      failed: result.error !== undefined,
    });
    invocation.resolve(result);
  }

  /** Kills the process; whoever waits for it gets `failure`. */
  function end(environment: Environment, failure: { errorType: string; errorMessage: string }): void {
    environment.failure = failure;
    environment.child.kill("SIGKILL");
  }

  function start(pool: Pool): void {
    const token = randomUUID();
    const { definition } = pool;
    const child = spawnBound(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        // The shares of the memory size that the managed runtime gives to V8.
        `--max-old-space-size=${Math.floor(definition.memoryMb * 0.9)}`,
        `--max-semi-space-size=${Math.max(1, Math.floor(definition.memoryMb * 0.05))}`,
        bootstrap,
      ],
      {
        cwd: definition.codeDir,
        stdin: "pipe",
        env: functionEnvironment(definition, options.environment, `127.0.0.1:${port}/${token}`),
      },
    );
    const environment: Environment = {
      token,
      child,
      pool,
      current: null,
      parked: null,
      failure: null,
      idleSince: performance.now(),
      initialised: false,
      lane: undefined,
      initTimer: setTimeout(
        () =>
          end(environment, {
            errorType: "Sandbox.Timedout",
            errorMessage: `did not initialise within ${INIT_MS / 1000} seconds`,
          }),
        INIT_MS,
      ),
    };
    environments.set(token, environment);
    pool.environments.add(environment);
    child.stdout?.on("data", pool.log.write);
    child.stderr?.on("data", pool.log.write);
    child.stdin?.on("error", () => undefined);
    const gone = (what: string): void => {
      if (!environments.delete(token)) return;
      clearTimeout(environment.initTimer);
      pool.environments.delete(environment);
      const failure = environment.failure ?? {
        errorType: "Runtime.ExitError",
        errorMessage: `Runtime exited: ${what}`,
      };
      const error = { payload: JSON.stringify(failure), error: failure };
      if (environment.current) finish(environment, error);
      // A process that dies before its first invocation fails the one that it was started for.
      else if (!environment.initialised && !stopping) {
        const invocation = pool.waiting.shift();
        if (invocation) settle(pool, invocation, error);
      }
      dispatch(pool);
    };
    child.once("exit", (code, signal) => gone(signal ? `signal ${signal}` : `exit status ${code}`));
    child.once("error", (error) => gone(error.message));
  }

  /** Resident memory of every busy process against its limit; idle ones end after a while. */
  const poll = setInterval(() => {
    for (const environment of environments.values()) {
      const { definition } = environment.pool;
      if (environment.parked && performance.now() - environment.idleSince > IDLE_MS) environment.child.kill("SIGTERM");
      // Answered, and then never asked for more: whatever keeps it busy, it would hold up its lane.
      if (
        environment.initialised &&
        !environment.parked &&
        !environment.current &&
        performance.now() - environment.idleSince > RETURN_MS
      )
        environment.child.kill("SIGKILL");
      if (!environment.current || environment.child.pid === undefined) continue;
      void readFile(`/proc/${environment.child.pid}/statm`, "utf8").then(
        (statm) => {
          const megabytes = (Number(statm.split(" ")[1]) * PAGE) / 2 ** 20;
          if (megabytes > definition.memoryMb)
            end(environment, {
              errorType: "Runtime.OutOfMemory",
              errorMessage: `used ${Math.round(megabytes)} MB of ${definition.memoryMb} MB`,
            });
        },
        () => undefined,
      );
    }
  }, MEMORY_POLL_MS);
  poll.unref();

  return {
    invoke: (name, payload, how = {}) => {
      const pool = pools.get(name);
      if (!pool) return Promise.reject(new Error(`no function ${name}; known: ${[...pools.keys()].join(", ")}`));
      if (stopping) return Promise.reject(new Error(`the machine is stopping; ${name} was not invoked`));
      return new Promise((resolve) => {
        pool.waiting.push({ id: randomUUID(), payload, how, resolve });
        dispatch(pool);
      });
    },
    running: () =>
      [...pools.values()].reduce(
        (sum, pool) => sum + pool.waiting.length + [...pool.environments].filter((each) => each.current).length,
        0,
      ),
    counts: () => Object.fromEntries([...pools.values()].map((pool) => [pool.definition.label, { ...pool.counts }])),
    pids: (name) => [...(pools.get(name)?.environments ?? [])].flatMap((each) => each.child.pid ?? []),
    stop: async () => {
      if (stopping) return;
      stopping = true;
      clearInterval(poll);
      const gone = [...environments.values()].map(
        (environment) => new Promise((resolve) => environment.child.once("exit", resolve)),
      );
      for (const environment of environments.values()) environment.child.kill("SIGKILL");
      await Promise.all(gone);
      const error = { errorType: "Machine.Stopping", errorMessage: "the machine is stopping" };
      for (const pool of pools.values())
        for (const invocation of pool.waiting.splice(0)) invocation.resolve({ payload: JSON.stringify(error), error });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      for (const pool of pools.values()) pool.log.close();
    },
  };
}

function functionEnvironment(
  definition: FunctionDefinition,
  machine: Record<string, string>,
  api: string,
): Record<string, string> {
  return {
    ...machine,
    ...definition.environment,
    AWS_LAMBDA_RUNTIME_API: api,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_REGION: machineRegion,
    AWS_DEFAULT_REGION: machineRegion,
    // One key per function, so that a call can be told from another function's.
    AWS_ACCESS_KEY_ID: accessKeyOf(definition.name),
    AWS_SECRET_ACCESS_KEY: "local",
    LAMBDA_TASK_ROOT: definition.codeDir,
    LAMBDA_RUNTIME_DIR: import.meta.dirname,
    _HANDLER: definition.handler,
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
  };
}

/** Access key id of a function: its name in the alphabet of key ids. */
export const accessKeyOf = (name: string): string => `LOCAL${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "")}`;

function parseProblem(text: string): { errorType: string; errorMessage: string } {
  try {
    const { errorType, errorMessage } = JSON.parse(text) as Record<string, unknown>;
    return { errorType: String(errorType), errorMessage: String(errorMessage) };
  } catch {
    return { errorType: "Runtime.InvalidResponse", errorMessage: text.slice(0, 200) };
  }
}

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
