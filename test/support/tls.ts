// TLS for a scenario: engines on both sides, a telephone that trusts what it is given at the date that it is given.

import { EngineQuiet } from "../../host/network/tls-node-quiet.js";
import { TlsService } from "../../host/network/tls-node-server.js";
import { TlsNetwork } from "../../host/network/tls-node.js";
import { SecureElement } from "../../host/peripherals/secure-element.js";
import { TrustStore } from "../../host/peripherals/trust-store.js";
import { lanAuthorityPem } from "../../host/site/lan-tls.js";
import { certificatesOfPem } from "../../host/x509/pem.js";
import type { TlsPlan } from "./scenario.js";

export const DATE_MS = Date.UTC(2026, 10, 26);

/** A trust store that trusts the authority of LANs. */
export function lanTrust(): TrustStore {
  return new TrustStore({ given: certificatesOfPem(new TextEncoder().encode(lanAuthorityPem())) });
}

export function tlsPlan(trust: TrustStore = lanTrust(), dateMs = DATE_MS): TlsPlan {
  const quiet = new EngineQuiet();
  return {
    secure: new SecureElement(trust),
    over: (below, scheduler) => new TlsNetwork({ below, scheduler, trusted: () => trust.trusted, dateMs, quiet }),
    seal: (scheduler) => (service, identity) => new TlsService({ service, ...identity, scheduler, quiet }),
  };
}
