// Gives jobs to worker threads, one each at a time, and takes their answers.
//
// In: jobs and a module. Out: each job's result through `took`, in the order in which they end. A job that throws ends the sweep: that is a
// defect of the sweep itself.

import { Worker } from "node:worker_threads";
import type { Job } from "./jobs.js";
import type { Done } from "./work.js";
import type { Answer } from "./worker.js";

export interface PoolOptions {
  readonly core: Uint8Array;
  readonly workers: number;
  readonly took: (job: Job, done: Done) => void;
  /** A long job says how far it is. */
  readonly report: (text: string) => void;
}

export async function runJobs(jobs: readonly Job[], options: PoolOptions): Promise<void> {
  const waiting = [...jobs];
  const workers = Array.from({ length: Math.min(options.workers, jobs.length) }, () =>
    new Worker(new URL("./worker.js", import.meta.url), { workerData: options.core }));
  try {
    await Promise.all(workers.map((worker) => serve(worker, waiting, options)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function serve(worker: Worker, waiting: Job[], { took, report }: PoolOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let job: Job | undefined;
    const next = (): void => {
      job = waiting.shift();
      if (job === undefined) resolve();
      else worker.postMessage(job);
    };
    worker.on("message", (answer: Answer) => {
      if ("report" in answer) return report(answer.report);
      if ("error" in answer) return reject(new Error(answer.error));
      took(job!, answer.done);
      next();
    });
    worker.on("error", reject);
    next();
  });
}
