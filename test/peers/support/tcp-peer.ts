// A program for the kernel's side of a TCP test: sends a known stream, hashes what comes, and says both.
//
// `tcp-peer.js listen|connect ADDRESS PORT BYTES`. It prints `ready` when it listens, and one line of JSON at the end.

import { createHash } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";
import { streamPiece } from "./stream.js";

const [role, address = "", port = "", bytes = ""] = process.argv.slice(2);

function exchange(socket: Socket): void {
  const hash = createHash("sha256");
  let received = 0;
  let sent = 0;
  // It ends its half once it has everything, so that both directions are busy to the end.
  const endWhenDone = (): void => {
    if (received === Number(bytes) && sent === Number(bytes)) socket.end();
  };
  socket.on("data", (data) => {
    hash.update(data);
    received += data.length;
    endWhenDone();
  });
  socket.on("end", () => process.stdout.write(`${JSON.stringify({ received, sha256: hash.digest("hex") })}\n`));
  socket.on("error", (error) => {
    process.stderr.write(`tcp-peer: ${error.message}\n`);
    process.exitCode = 1;
  });
  const fill = (): void => {
    while (sent < Number(bytes)) {
      const piece = streamPiece(sent, Number(bytes));
      sent += piece.length;
      if (!socket.write(piece)) return void socket.once("drain", fill);
    }
    endWhenDone();
  };
  fill();
}

if (role === "connect") exchange(connect({ host: address, port: Number(port), allowHalfOpen: true }));
else {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    server.close();
    exchange(socket);
  });
  server.listen(Number(port), address, () => void process.stdout.write("ready\n"));
}
