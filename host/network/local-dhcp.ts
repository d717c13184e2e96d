// What the sockets binding's DHCP responder hands out: a private address that is told to the core and to nobody else.
//
// In: the site-specific option of the command line. Out: a scope for `DhcpServer`. The responder is its own name server,
// which the binding answers with the machine's resolver, so that names mean what they mean to other programs.

import type { DhcpConfig } from "../site/dhcp-server.js";
import { addressOf } from "./address.js";

const RESPONDER = addressOf("10.0.8.1");

export interface LocalDhcpOptions {
  readonly option242: string;
  /** The telephone's address, as the screen and the events show it. */
  readonly address?: number;
  readonly domain?: string;
}

export function localDhcp(options: LocalDhcpOptions): DhcpConfig {
  return {
    server: RESPONDER,
    first: options.address ?? addressOf("10.0.8.50"),
    count: 1,
    mask: addressOf("255.255.255.0"),
    routers: [RESPONDER],
    dns: [RESPONDER],
    domain: options.domain ?? "",
    leaseSeconds: 86400,
    option242: options.option242,
  };
}
