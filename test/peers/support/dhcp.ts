// Real DHCP servers for tests, in a namespace: dnsmasq and kea, configured alike.
//
// In: an interface, an address and an option 242 for each VLAN. Out: a running daemon whose output is its log. Each VLAN has one
// pool of its own, .100 to .150 of the interface's /24, and the interface is the router.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { startDaemon, type Daemon } from "./daemon.js";
import type { Namespace } from "./namespace.js";

export interface DhcpScope {
  readonly device: string;
  /** The interface's address; its last number is 1. */
  readonly address: string;
  readonly option242: string;
}

const [POOL_FIRST, POOL_LAST] = [100, 150];
const LEASE_SECONDS = 3600;

const inSubnet = ({ address }: DhcpScope, host: number): string => address.replace(/\d+$/, String(host));

export function startDnsmasq(t: Test, namespace: Namespace, scopes: readonly DhcpScope[]): Promise<Daemon> {
  return startDaemon(t, {
    program: "dnsmasq",
    inside: namespace.inside,
    prepare: (folder) => {
      writeFileSync(join(folder, "dnsmasq.conf"), dnsmasqConfiguration(folder, scopes));
      return ["--keep-in-foreground", "--conf-file=dnsmasq.conf"];
    },
    ready: (output) => output.includes("started, version"),
  });
}

/** `no-ping`: it would otherwise look for three seconds whether an address is free before it offers it. */
function dnsmasqConfiguration(folder: string, scopes: readonly DhcpScope[]): string {
  const lines = scopes.flatMap((scope) => [
    `interface=${scope.device}`,
    `dhcp-range=set:${scope.device},${inSubnet(scope, POOL_FIRST)},${inSubnet(scope, POOL_LAST)},255.255.255.0,${LEASE_SECONDS}`,
    `dhcp-option-force=tag:${scope.device},242,"${scope.option242}"`,
  ]);
  const files = [`dhcp-leasefile=${folder}/leases`, `pid-file=${folder}/pid`, "log-facility=-", "log-dhcp", "user=root"];
  return [...lines, ...files, "port=0", "bind-interfaces", "dhcp-authoritative", "no-ping", ""].join("\n");
}

/** It waits for the interfaces' carrier, which comes with the telephone: it tries anew while that is missing. */
const KEA_RETRIES = { "service-sockets-max-retries": 1000, "service-sockets-retry-wait-time": 100 };

export function startKea(t: Test, namespace: Namespace, scopes: readonly DhcpScope[]): Promise<Daemon> {
  return startDaemon(t, {
    program: "kea-dhcp4",
    inside: [...namespace.inside, "env", `KEA_PIDFILE_DIR=${namespace.folder}`, `KEA_LOCKFILE_DIR=${namespace.folder}`],
    prepare: (folder) => {
      writeFileSync(join(folder, "kea.json"), JSON.stringify({ Dhcp4: keaConfiguration(scopes) }));
      return ["-c", "kea.json"];
    },
    ready: (output) => output.includes("DHCP4_STARTED"),
  });
}

/** Commas separate the fields of an option unless they are escaped. */
function keaConfiguration(scopes: readonly DhcpScope[]): object {
  return {
    "interfaces-config": { "interfaces": scopes.map(({ device }) => device), "dhcp-socket-type": "raw", ...KEA_RETRIES },
    "lease-database": { type: "memfile", persist: false },
    "option-def": [{ name: "telephone", code: 242, type: "string" }],
    "valid-lifetime": LEASE_SECONDS,
    "subnet4": scopes.map((scope, index) => ({
      "id": index + 1,
      "subnet": `${inSubnet(scope, 0)}/24`,
      "interface": scope.device,
      "pools": [{ pool: `${inSubnet(scope, POOL_FIRST)}-${inSubnet(scope, POOL_LAST)}` }],
      "option-data": [
        { name: "routers", data: scope.address },
        { name: "telephone", data: scope.option242.replaceAll(",", "\\,") },
      ],
    })),
    "loggers": [{ name: "kea-dhcp4", severity: "INFO", output_options: [{ output: "stdout" }] }],
  };
}
