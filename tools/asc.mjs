// The AssemblyScript compiler as a worker of tools/setup: arguments come in, 0 or 1 goes back, until the channel closes.
//
// One process compiles many modules: the compiler's own code is read and optimised once (6.4 s of processor time for the first
// module, 0.9 to 3.4 s for each later one). What it has to say goes to stderr.

import process from "node:process";
import { main } from "assemblyscript/asc";

process.on("message", async (args) => {
  const { error } = await main(args, { stdout: process.stderr, stderr: process.stderr });
  if (error) process.stderr.write(`asc ${args.join(" ")}: ${error.message}\n`);
  process.send(error ? 1 : 0);
});
