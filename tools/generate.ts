// What the generators share: write a file, or with `--check` fail when the one in the tree is stale.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { argv, exit } from "node:process";
import { fileURLToPath } from "node:url";

/** True when this module is the program that node was asked to run. */
export function isMain(url: string): boolean {
  return argv[1] === fileURLToPath(url);
}

/** Writes `content` to `path`, or checks it. */
export function writeGenerated(path: string, content: string): void {
  if (!argv.includes("--check")) {
    writeFileSync(path, content);
    return;
  }
  if (existsSync(path) && readFileSync(path, "utf8") === content) return;
  console.error(`${path} is stale: run \`npm run generate\` and commit the result`);
  exit(1);
}

/** Bytes as lines of decimal numbers for a `memory.data<u8>([...])`. */
export function bytesLiteral(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += 32) {
    lines.push(`  ${[...bytes.subarray(start, start + 32)].join(", ")},`);
  }
  return lines.join("\n");
}
