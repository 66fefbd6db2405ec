/** aedes in a process of its own: the broker between the generator and Node-RED. */
import { createServer } from "node:net";
import { Aedes } from "aedes";

const aedes = await Aedes.createBroker();
const server = createServer((socket) => aedes.handle(socket.setNoDelay(true)));
server.listen(0, "127.0.0.1", () => console.log(`port ${(server.address() as { port: number }).port}`));
