// A real SIP registrar for tests, in a namespace: kamailio with one password for everybody and no database.
//
// In: an address, how it asks for credentials, and perhaps a certificate. Out: a running daemon whose output says what it received and
// saved.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { startDaemon, type Daemon } from "./daemon.js";
import type { Namespace } from "./namespace.js";

export interface KamailioPlan {
  readonly address: string;
  readonly algorithm?: "MD5" | "SHA-256";
  readonly qop?: boolean;
  /** Registrations shorter than this are refused with 423. */
  readonly minExpires?: number;
  /** PEM of certificate and key: SIP under TLS on port 5061. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export const REALM = "example.com";
export const SECRET = "s3cret";

export function startKamailio(t: Test, namespace: Namespace, plan: KamailioPlan): Promise<Daemon> {
  return startDaemon(t, {
    program: "kamailio",
    inside: namespace.inside,
    prepare: (folder) => {
      writeFileSync(join(folder, "kamailio.cfg"), configuration(folder, plan));
      if (plan.tls !== undefined) {
        writeFileSync(join(folder, "server.pem"), plan.tls.certificate);
        writeFileSync(join(folder, "server.key"), plan.tls.key);
        const lines = ["[server:default]", "method = TLSv1.2+", "verify_certificate = no", "require_certificate = no"];
        writeFileSync(join(folder, "tls.cfg"),
          [...lines, `private_key = ${folder}/server.key`, `certificate = ${folder}/server.pem`, ""].join("\n"));
      }
      return ["-DD", "-E", "-f", join(folder, "kamailio.cfg"), "-Y", folder, "-m", "64", "-M", "8"];
    },
    ready: () => namespace.listens(5060) && (plan.tls === undefined || namespace.listens(5061)),
  });
}

/** The daemon challenges, saves and says so; nothing is put through. */
function configuration(folder: string, { address, algorithm = "MD5", qop = false, minExpires, tls }: KamailioPlan): string {
  const modules = ["sl", "pv", "maxfwd", "usrloc", "registrar", "textops", "siputils", "auth", "xlog",
    ...(tls === undefined ? [] : ["tls"])];
  const flags = qop ? "1" : "0";
  return [
    "#!KAMAILIO", "debug=2", "log_stderror=yes", "fork=yes", "children=1", "tcp_children=1",
    ...(tls === undefined ? [] : ["enable_tls=yes", `listen=tls:${address}:5061`]),
    `listen=udp:${address}:5060`, `listen=tcp:${address}:5060`, `alias="${REALM}"`,
    ...modules.map((name) => `loadmodule "${name}.so"`),
    'modparam("usrloc", "db_mode", 0)', 'modparam("registrar", "max_expires", 3600)', 'modparam("auth", "nonce_expire", 30)',
    ...(minExpires === undefined ? [] : [`modparam("registrar", "min_expires", ${minExpires})`,
      'modparam("registrar", "min_expires_mode", 1)']),
    `modparam("auth", "algorithm", "${algorithm}")`,
    ...(tls === undefined ? [] : [`modparam("tls", "config", "${folder}/tls.cfg")`]),
    "request_route {",
    '  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }',
    '  xlog("L_NOTICE", "received $rm over $pr from $ua\\n");',
    '  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }',
    '  if (!is_method("REGISTER")) { sl_send_reply("405", "Method Not Allowed"); exit; }',
    `  if (!pv_www_authenticate("${REALM}", "${SECRET}", "0")) { www_challenge("${REALM}", "${flags}"); exit; }`,
    "  consume_credentials();",
    '  if (save("location")) { xlog("L_NOTICE", "saved $tU at $(ct{s.trim})\\n"); }',
    "  exit;",
    "}", "",
  ].join("\n");
}
