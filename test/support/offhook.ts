// Runs the command line as a user does: a child process, its NDJSON events, its exit code.

import { spawn } from "node:child_process";
import { execPath } from "node:process";
import type { EndEvent, OffhookEvent } from "../../host/event-types.js";

export interface Ran {
  readonly code: number | null;
  readonly events: readonly OffhookEvent[];
  readonly end: EndEvent;
  readonly stderr: string;
}

/** Runs `offhook boot ARGS --json`; `onEvent` sees each event as it comes. `inside` is a command that runs it elsewhere. */
export function bootOffhook(
  args: readonly string[], onEvent: (event: OffhookEvent) => void = () => undefined, inside: readonly string[] = [],
): Promise<Ran> {
  const [command, ...words] = [...inside, execPath, "build/js/host/cli/main.js", "boot", ...args, "--json"];
  const child = spawn(command!, words, { stdio: ["ignore", "pipe", "pipe"] });
  const events: OffhookEvent[] = [];
  let [rest, stderr] = ["", ""];
  child.stdout.on("data", (data: Buffer) => {
    const lines = (rest + data.toString()).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const event = JSON.parse(line) as OffhookEvent;
      events.push(event);
      onEvent(event);
    }
  });
  child.stderr.on("data", (data: Buffer) => void (stderr += data.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const end = events.at(-1);
      if (end?.event === "end" && rest === "") resolve({ code, events, end, stderr });
      else reject(new Error(`offhook ended with ${code} and without an end event: ${stderr}`));
    });
  });
}
