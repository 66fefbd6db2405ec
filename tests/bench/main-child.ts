/** One section in a process of its own: `main.ts` forks this with the section's name and gets the figures by message. */
import { SECTIONS } from "./main-sections.ts";

const plan = SECTIONS.find(({ name }) => name === process.argv[2]);
if (!plan || !process.send) throw new Error("this is started by tests/bench/main.ts");
// Whoever started it is gone: what it started is bound to it.
process.on("disconnect", () => process.exit(1));
try {
  const measure = await plan.load();
  const section = await measure();
  process.send({ section });
} catch (error) {
  const { message, stack } = error as Error;
  process.send({ failed: process.env["DEBUG"] ? (stack ?? message) : message });
}
