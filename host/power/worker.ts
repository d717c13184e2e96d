// A worker thread of a sweep: takes jobs as messages, answers each with what came of it.

import { parentPort, workerData } from "node:worker_threads";
import { buildDefect } from "./build-defect.js";
import { DEFECTS } from "./defects.js";
import type { Job } from "./jobs.js";
import { noCounts } from "./tally.js";
import { Workshop, type Done } from "./work.js";

/** From the worker to the main thread. */
export type Answer = { readonly done: Done } | { readonly report: string } | { readonly error: string };

const port = parentPort!;
const workshop = new Workshop(workerData as Uint8Array<ArrayBuffer>);
const answer = (message: Answer): void => port.postMessage(message);

async function work(job: Job): Promise<Done> {
  if (job.kind !== "defect") return workshop.do(job, (report) => answer({ report }));
  const defect = DEFECTS.find(({ name }) => name === job.name)!;
  return { counts: noCounts(), caught: new Workshop(await buildDefect(defect)).hunt(defect.name) };
}

port.on("message", (job: Job) => {
  work(job).then((done) => answer({ done }), (error: unknown) =>
    answer({ error: `${JSON.stringify(job)}: ${error instanceof Error ? error.stack ?? error.message : String(error)}` }));
});
