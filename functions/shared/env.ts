import * as z from "zod/mini";
import { parseInput } from "./problems.ts";

/** What every function gets (docs/architecture.md); entries extend it with `z.extend`. */
export const HouseEnv = z.object({ RULE_DATA_DIR: z.string().check(z.minLength(1)) });

/**
 * The environment as `schema` describes it. Throws naming every variable that is missing or wrong and what to do,
 * so that a badly deployed function fails at its cold start and not in the middle of an event.
 */
export function readEnv<S extends z.ZodMiniType>(
  schema: S,
  env: Record<string, string | undefined> = process.env,
): z.output<S> {
  const parsed = parseInput(schema as z.ZodMiniType<z.output<S>>, env);
  if (parsed.ok) return parsed.data;
  const problems = parsed.problems.map(({ path, reason }) =>
    env[path] === undefined ? `${path} is not set` : `${path} ${reason}`,
  );
  throw new Error(`environment: ${problems.join("; ")}. Set it in the function's definition (infra/).`);
}

/**
 * Builds something once per cold start: at load inside Lambda (start-up has the whole CPU, and a bad environment fails
 * at once), at first use elsewhere, so that a test can import an entry's `run` without an environment.
 */
export function once<T>(build: () => T): () => T {
  let made: { value: T } | undefined;
  const get = (): T => (made ??= { value: build() }).value;
  if (process.env.AWS_LAMBDA_FUNCTION_NAME) get();
  return get;
}
