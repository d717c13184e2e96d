// A call server that misbehaves, in a namespace: sipp as a UAS. It answers OPTIONS, and REGISTER with what a test says, one after the
// other.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { startDaemon, type Daemon } from "./daemon.js";
import type { Namespace } from "./namespace.js";

/** What a request is answered with: a status line and further headers, bytes as they are, or nothing. */
export type SippAnswer = { readonly status: string; readonly headers?: readonly string[] } | { readonly raw: string } | "silence";

export interface SippPlan {
  readonly transport: "udp" | "tcp";
  /** To OPTIONS; default 200. */
  readonly contact?: SippAnswer;
  /** To one REGISTER after the other; a list is sent to one of them. */
  readonly answers: readonly (SippAnswer | readonly SippAnswer[])[];
}

/** What a response repeats of its request, in sipp's words. */
export const REPEATED = ["[last_Via:]", "[last_From:]", "[last_To:];tag=[call_number]", "[last_Call-ID:]", "[last_CSeq:]"];

/** Each login of the telephone's is a call of its own to sipp, and begins with the first answer. */
export function startSipp(t: Test, namespace: Namespace, address: string, plan: SippPlan): Promise<Daemon> {
  const { transport } = plan;
  return startDaemon(t, {
    program: "sipp",
    inside: namespace.inside,
    prepare: (folder) => {
      writeFileSync(join(folder, "uas.xml"), scenario(plan));
      return ["-sf", join(folder, "uas.xml"), "-i", address, "-p", "5060", "-t", transport === "udp" ? "u1" : "t1", "-nostdin",
        "-skip_rlimit"];
    },
    ready: () => namespace.run("ss", "-Hln", transport === "udp" ? "-u" : "-t", "sport = :5060") !== "",
    endSignal: "SIGKILL", // It would wait for its calls.
  });
}

function scenario({ contact = { status: "200 OK" }, answers }: SippPlan): string {
  const steps = answers.flatMap((answer) => ['  <recv request="REGISTER"/>', ...[answer].flat().map(step)]);
  return [
    '<?xml version="1.0" encoding="ISO-8859-1"?>', '<scenario name="registrar">',
    '  <recv request="OPTIONS" optional="true" next="1"/>', ...steps, '  <nop next="9"/>', '  <label id="1"/>', step(contact),
    '  <label id="9"/>', "</scenario>", "",
  ].join("\n");
}

function step(answer: SippAnswer): string {
  if (answer === "silence") return '  <pause milliseconds="60000"/>';
  return send("raw" in answer ? answer.raw : response(answer.status, answer.headers));
}

function response(status: string, headers: readonly string[] = []): string {
  return [`SIP/2.0 ${status}`, ...REPEATED, ...headers, "Content-Length: 0", "", ""].join("\n");
}

function send(text: string): string {
  return `  <send><![CDATA[\n${text}\n]]></send>`;
}
