// The demonstration's far end: one subnet with DHCP, names, a file server, a call server, a CA and its clock.
//
// 10.0.8.0/24: router, names and DHCP at .1, file server at .2, call server at .3, CA and time at .4, telephones from .50. The scripts are
// our own; the software is what host/image/demo makes. With the extension and password of the demonstration a start-up ends registered.

import { addressOf } from "../network/address.js";
import { DHCP_SERVER_PORT } from "../network/network.js";
import { demoFiles } from "../image/demo.js";
import type { Scheduler } from "../scheduler.js";
import { Random } from "../random.js";
import { CallServer, type CallServerConfig, type SipAccess } from "./call-server.js";
import { DhcpServer, type DhcpConfig } from "./dhcp-server.js";
import { fileHandler, MemoryFiles, type FileSource } from "./file-server.js";
import type { HttpFaultRule } from "./http-faults.js";
import { HttpServer, type HttpAccess } from "./http-server.js";
import { CertificateServices, CERTIFICATE_SEED, seededBytes } from "./lan-certificates.js";
import { Site } from "./site.js";

export const DEMO_ROUTER = addressOf("10.0.8.1");
export const DEMO_FILE_SERVER = addressOf("10.0.8.2");
export const DEMO_CALL_SERVER = addressOf("10.0.8.3");
export const DEMO_AUTHORITY = addressOf("10.0.8.4");
export const DEMO_FILE_PORT = 80;
export const DEMO_CALL_PORT = 5060;
const THINK_US = 250_000;
/** Who logs in where nobody says anything else. */
export const DEMO_EXTENSION = "4001";
export const DEMO_PASSWORD = "246810";
export const DEMO_USERS: Readonly<Record<string, string>> = { [DEMO_EXTENSION]: DEMO_PASSWORD };
const DEMO_CERTIFICATES = { scep: { address: "10.0.8.4" }, sntp: { address: "10.0.8.4" } } as const;

/** What the demonstration's DHCP server hands out. */
export const DEMO_DHCP: DhcpConfig = {
  server: DEMO_ROUTER,
  first: addressOf("10.0.8.50"),
  count: 150,
  mask: addressOf("255.255.255.0"),
  routers: [DEMO_ROUTER],
  dns: [DEMO_ROUTER],
  domain: "example.com",
  leaseSeconds: 86400,
  option242: "HTTPSRVR=10.0.8.2",
};

const UPGRADE_SCRIPT = `## Demonstration of Offhook: which software a telephone of the 9600 family should have.
## The first pass brings the boot file; after the restart the second pass brings the application.

IF $SIG SEQ 1 GOTO GETSET
IF $MODEL4 SEQ 9620 GOTO CHECKBOOT
IF $MODEL4 SEQ 9630 GOTO CHECKBOOT
IF $MODEL4 SEQ 9640 GOTO CHECKBOOT
IF $MODEL4 SEQ 9650 GOTO CHECKBOOT
GOTO GETSET

# CHECKBOOT
IF $BOOTNAME SEQ hb96xxdemo.bin GOTO PHONEAPP
SET APPNAME hb96xxdemo.bin
GOTO GETSET

# PHONEAPP
SET APPNAME SIP96xxdemo.bin

# GETSET
GET 46xxsettings.txt
# END
`;

/** Where a telephone of the demonstration gets its certificate and the date, and logs in. */
export interface DemoServers {
  readonly url: string;
  /** Empty: the telephone has no date. */
  readonly clock: string;
  /** The list of call servers; empty: the telephone stops at its login prompt. */
  readonly callServers: string;
}

const SERVERS: DemoServers = { url: "http://ca.example.com/scep", clock: "time.example.com", callServers: "sip.example.com" };

const settings = ({ url, clock, callServers }: DemoServers): string =>
  `## Demonstration of Offhook: settings for each telephone of the site.

## Local procedures are open during the start-up: press Program.
SET PROCSTAT 0

## Calls: SIP over TCP. Extension and password are the user's; no file has them.
SET SIPDOMAIN example.com
SET SIPSIGNAL 1
SET SIPPROXYSRVR "${callServers}"

## A certificate for the telephone, from the site's own CA.
SET SNTPSRVR "${clock}"
SET MYCERTURL "${url}"
SET MYCERTKEYLEN 2048
SET MYCERTDN "/O=Example/OU=Telephones"

## Groups: give a lobby telephone GROUP 2 and its local procedures are closed.
IF $GROUP SEQ 2 GOTO LOBBY
GOTO END

# LOBBY
SET PROCSTAT 1

# END
`;

/** The files of the demonstration. The images are made when the first of them is asked for, in about a tenth of a second. */
export function demoSource(servers: () => DemoServers = () => SERVERS): MemoryFiles {
  let images: ReadonlyMap<string, Uint8Array> | undefined;
  const image = (name: string) => (): Uint8Array => {
    images ??= new Map(demoFiles().map((file) => [file.name, file.bytes]));
    return images.get(name)!;
  };
  return new MemoryFiles({
    "96xxupgrade.txt": UPGRADE_SCRIPT,
    "46xxsettings.txt": () => new TextEncoder().encode(settings(servers())),
    "hb96xxdemo.bin": image("hb96xxdemo.bin"),
    "SIP96xxdemo.bin": image("SIP96xxdemo.bin"),
  });
}

export interface DemoSiteOptions {
  readonly scheduler: Scheduler;
  /** Other files than the demonstration's. */
  readonly source?: FileSource;
  readonly faults?: readonly HttpFaultRule[];
  readonly onAccess?: (access: HttpAccess) => void;
  /** How long the file server thinks before each answer: a moment, so that a person can read the screen. Default 250 ms. */
  readonly thinkUs?: number;
  /** Parts of the call server that differ. */
  readonly callServer?: Partial<CallServerConfig>;
  readonly onSip?: (access: SipAccess) => void;
  /** Parts of the DHCP scope that differ. */
  readonly dhcp?: Partial<DhcpConfig>;
}

export function demoSite(options: DemoSiteOptions): Site {
  const site = new Site();
  site.addNameServer(DEMO_ROUTER);
  site.addName("files.example.com", [DEMO_FILE_SERVER]);
  site.addName("sip.example.com", [DEMO_CALL_SERVER]);
  for (const name of ["ca.example.com", "time.example.com"]) site.addName(name, [DEMO_AUTHORITY]);
  site.addDatagram(DEMO_ROUTER, DHCP_SERVER_PORT, new DhcpServer({ ...DEMO_DHCP, ...options.dhcp }));
  const { scheduler, faults = [], onAccess = () => undefined, thinkUs = THINK_US } = options;
  const handler = fileHandler(options.source ?? demoSource());
  site.addStream(DEMO_FILE_SERVER, DEMO_FILE_PORT, new HttpServer({ scheduler, handler, faults, onAccess, thinkUs }));
  const random = new Random(DEMO_CALL_SERVER);
  const { callServer, onSip } = options;
  const registrar = new CallServer({ users: DEMO_USERS, ...callServer, clock: scheduler, random,
    ...(onSip === undefined ? {} : { onAccess: onSip }) });
  site.addStream(DEMO_CALL_SERVER, DEMO_CALL_PORT, registrar);
  site.addDatagram(DEMO_CALL_SERVER, DEMO_CALL_PORT, registrar);
  const services = new CertificateServices({ scheduler, random: seededBytes(CERTIFICATE_SEED), onAccess });
  for (const { address, port, service } of services.streamsOf(DEMO_CERTIFICATES)) site.addStream(address, port, service);
  for (const { address, port, service } of services.datagramsOf(DEMO_CERTIFICATES)) site.addDatagram(address, port, service);
  return site;
}
