// The JSON Schema of a LAN file (`--lan FILE.json`): what a LAN may consist of, with units, bounds and defaults.
//
// It is data and the one place for these bounds: `lan.schema.json` beside it is generated from here for editors and other
// programs, and the reader of lan-config.ts checks with it. What spans several members is checked there.

import { CIPHERS, DIGESTS } from "../scep/algorithms.js";
import type { Schema } from "./json-schema.js";
import { SCEP_CAPABILITIES, SCEP_DECISIONS, SCEP_FAULTS } from "./scep/authority.js";

const ADDRESSES: Schema = { type: "array", items: { $ref: "#/$defs/address" }, maxItems: 31 };
const FLAG: Schema = { type: "boolean" };
const YES: Schema = { type: "boolean", enum: [true], description: "true, or left out" };
const BYTES: Schema = { type: "integer", minimum: 0, maximum: 0x10000000, description: "bytes of the body" };
const PERCENT: Schema = { type: "number", minimum: 0, maximum: 100, default: 0, description: "per cent of the frames, 0 to 100" };

const LLDP: Schema = {
  type: "object",
  description: "what the switch says by LLDP on the telephone's port; left out: it is silent",
  additionalProperties: false,
  properties: {
    sends: {
      enum: ["always", "med-after-hearing", "after-hearing"], default: "always",
      description: "always; the voice policy only after LLDP-MED was heard; or nothing before the telephone was heard",
    },
    intervalSeconds: { type: "integer", minimum: 1, maximum: 3600, default: 30, description: "seconds between two frames, 1 to 3600" },
    portVlan: { type: "boolean", default: true, description: "whether the 802.1 port VLAN is told" },
    policy: {
      type: "object",
      description: "the LLDP-MED network policy for voice",
      additionalProperties: false,
      required: ["vlan", "tagged"],
      properties: {
        vlan: { type: "integer", minimum: 0, maximum: 4094, description: "the VLAN of voice, 0 to 4094; 0 is priority tagging" },
        tagged: { type: "boolean", description: "the policy's tagged bit" },
        priority: { type: "integer", minimum: 0, maximum: 7, default: 5, description: "a layer 2 priority, 0 to 7" },
        dscp: { type: "integer", minimum: 0, maximum: 63, default: 46, description: "a DSCP, 0 to 63" },
        unknown: { type: "boolean", default: false, description: "the policy's unknown bit" },
      },
    },
    vlanNames: {
      type: "array",
      maxItems: 8,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["vlan", "name"],
        properties: {
          vlan: { type: "integer", minimum: 0, maximum: 4094, description: "a VLAN, 0 to 4094" },
          name: { type: "string", minLength: 1, maxLength: 32, pattern: "^[ -~]*$", description: "1 to 32 ASCII characters" },
        },
      },
    },
    avaya: {
      type: "object",
      description: "Avaya's own TLVs",
      additionalProperties: false,
      properties: {
        oui: { enum: ["00-04-0D", "00-40-0D"], default: "00-04-0D" },
        callServers: ADDRESSES,
        fileServers: ADDRESSES,
        framing: { type: "integer", minimum: 1, maximum: 3, description: "802.1Q framing: 1 tag, 2 do not, 3 automatic" },
      },
    },
  },
};

const PORT: Schema = {
  type: "object",
  description: "the switch port that the telephone is plugged into",
  additionalProperties: false,
  properties: {
    speed: { enum: [0, 10, 100, 1000], default: 100, description: "Mbit/s; 0 is no cable" },
    duplex: { enum: ["full", "half"], default: "full" },
    vlan: { $ref: "#/$defs/vlan", description: "the untagged VLAN, 1 to 4094; default the first of `vlans`" },
    voiceVlan: { $ref: "#/$defs/vlan", description: "the tagged voice VLAN of an access port, 1 to 4094" },
    allowedVlans: { type: "array", items: { $ref: "#/$defs/vlan" }, maxItems: 64, description: "a trunk's tagged VLANs, up to 64" },
    lldp: LLDP,
  },
};

const CABLE: Schema = {
  type: "object",
  description: "what happens to frames between telephone and switch, both ways",
  additionalProperties: false,
  properties: {
    delayMicroseconds: { type: "integer", minimum: 0, maximum: 1000000, default: 5, description: "microseconds one way, up to a second" },
    loss: PERCENT,
    duplicate: PERCENT,
    reorder: PERCENT,
    flip: PERCENT,
  },
};

const DHCP: Schema = {
  type: "object",
  description: "the VLAN's DHCP server; left out: there is none",
  additionalProperties: false,
  required: ["pool"],
  properties: {
    server: {
      $ref: "#/$defs/address", description: "the server's address; default the first router that answers, else the subnet's first",
    },
    pool: { type: "array", items: { $ref: "#/$defs/address" }, minItems: 2, maxItems: 2, description: "[first, last] address" },
    leaseSeconds: {
      type: ["integer", "null"], minimum: 1, maximum: 4294967295, default: 86400,
      description: "seconds from 1; 4294967295 is for ever; null sends no lease time, which a telephone refuses",
    },
    renewSeconds: { $ref: "#/$defs/seconds", description: "T1 in seconds; default half the lease; 0 is not sent" },
    rebindSeconds: { $ref: "#/$defs/seconds", description: "T2 in seconds; default seven eighths of the lease; 0 is not sent" },
    routers: { ...ADDRESSES, description: "option 3, up to 31 addresses; default the VLAN's routers" },
    dns: { ...ADDRESSES, description: "option 6, up to 31 addresses; default the VLAN's name server" },
    domain: { type: "string", maxLength: 253, pattern: "^[!-~]*$", description: "option 15" },
    logServers: { ...ADDRESSES, description: "option 7, up to 31 addresses" },
    ntpServers: { ...ADDRESSES, description: "option 42, up to 31 addresses" },
    mtu: { type: "integer", minimum: 68, maximum: 65535, description: "option 26, from 68" },
    option242: { type: "string", maxLength: 255, pattern: "^[ -~]*$", description: "printable ASCII, such as HTTPSRVR=10.0.8.2" },
    options: {
      type: "object",
      description: "further options: code to bytes in hex",
      propertyNames: { pattern: "^([1-9]|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-4])$", description: "an option code from 1 to 254" },
      additionalProperties: {
        type: "string", maxLength: 510, pattern: "^([0-9a-fA-F]{2})*$", description: "bytes in hex, such as 0a000801",
      },
    },
    nextServer: { $ref: "#/$defs/address", description: "the header's next server (siaddr)" },
    authoritative: { ...FLAG, default: false, description: "refuses addresses that it never gave, instead of staying silent" },
    overload: { ...FLAG, default: false, description: "options also in the header's file and sname fields" },
    silent: { ...FLAG, default: false, description: "true: never answers" },
    silentSeconds: { $ref: "#/$defs/seconds", description: "seconds after power-up during which it does not answer" },
  },
};

const ANSWER: Schema = {
  type: "object",
  description: "a scripted answer: which requests, how often, and one thing that is wrong with it",
  additionalProperties: false,
  properties: {
    path: { type: "string", minLength: 1, maxLength: 1024, pattern: "^/[!-~]*$", description: "a path such as /46xxsettings.txt" },
    times: { type: "integer", minimum: 1, maximum: 1000000, description: "how often it applies; default always" },
    status: { type: "integer", minimum: 200, maximum: 599, description: "a status from 200 to 599" },
    html: YES,
    short: BYTES,
    reset: BYTES,
    slow: { type: "number", minimum: 0.01, maximum: 1e9, description: "bytes a second" },
    silent: YES,
    endlessHeaders: YES,
    chunked: { type: "integer", minimum: 1, maximum: 1000000, description: "bytes of a chunk" },
    redirect: { type: "string", maxLength: 1024, pattern: "^[!-~]+$", description: "where to, such as http://10.0.8.4/x.txt" },
    refuse: YES,
  },
  oneOf: ["status", "html", "short", "reset", "slow", "silent", "endlessHeaders", "chunked", "redirect", "refuse"]
    .map((name) => ({ required: [name] })),
};

const DAY: Schema = { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\d$", maxLength: 10, description: "a day such as 2024-03-01" };
const PEM_FILE: Schema = { type: "string", minLength: 1, maxLength: 4096, description: "a PEM file, relative to this file" };

const TLS: Schema = {
  type: "object",
  description: "HTTPS on a port beside HTTP, with the same files and answers; `{}`: a good certificate of the LAN's own",
  additionalProperties: false,
  properties: {
    port: { type: "integer", minimum: 1, maximum: 65535, default: 443, description: "a port, 1 to 65535" },
    names: {
      type: "array", maxItems: 31,
      items: { type: "string", minLength: 1, maxLength: 253, pattern: "^[!-~]*$", description: "a host name or an IPv4 address" },
      description: "names and addresses in the certificate; default the server's address; none: it has a common name alone",
    },
    commonName: { type: "string", minLength: 1, maxLength: 64, pattern: "^[ -~]*$", description: "default the first name" },
    from: { ...DAY, default: "2000-01-01", description: "the first day on which the certificate is valid" },
    to: { ...DAY, default: "2099-12-31", description: "the last day" },
    issuer: {
      enum: ["lan", "stranger", "itself"], default: "lan",
      description: "the authority of examples/lan-ca.pem, one that nobody knows, or the server itself",
    },
    certificate: { ...PEM_FILE, description: "instead of a made one: a PEM file with the server's certificate and its issuers'" },
    key: { ...PEM_FILE, description: "the private key that belongs to `certificate`" },
    plain: { ...YES, description: "true: whoever listens at the port speaks HTTP without TLS" },
  },
};

const FILE_SERVER: Schema = {
  type: "object",
  description: "the VLAN's file server, with the demonstration's files, files given here, or a folder",
  additionalProperties: false,
  required: ["address"],
  properties: {
    address: { $ref: "#/$defs/address" },
    port: { type: "integer", minimum: 1, maximum: 65535, default: 80, description: "a port, 1 to 65535" },
    demo: YES,
    files: {
      type: "object",
      description: "file name to text",
      maxProperties: 1000,
      propertyNames: { pattern: "^[^/\\\\:\\u0000-\\u001f][^\\\\:\\u0000-\\u001f]*$", description: "a path without a leading slash" },
      additionalProperties: { type: "string", maxLength: 16777216 },
    },
    folder: { type: "string", minLength: 1, maxLength: 4096, description: "a folder, relative to this file" },
    thinkMilliseconds: { type: "integer", minimum: 0, maximum: 600000, default: 0, description: "milliseconds before each answer" },
    answers: { type: "array", maxItems: 1000, items: ANSWER, description: "the first that applies is used; none: the file" },
    tls: TLS,
  },
  oneOf: [{ required: ["demo"] }, { required: ["files"] }, { required: ["folder"] }],
};

const CALL_ANSWER: Schema = {
  type: "object",
  description: "a scripted answer: which requests, how often, and one thing that is wrong with it",
  additionalProperties: false,
  properties: {
    method: { enum: ["OPTIONS", "REGISTER"], description: "the requests that it answers; default both" },
    times: { type: "integer", minimum: 1, maximum: 1000000, description: "how often it applies; default always" },
    silent: YES,
    status: { type: "integer", minimum: 300, maximum: 699, description: "a status from 300 to 699" },
    retryAfter: { type: "integer", minimum: 0, maximum: 86400, description: "beside `status`: seconds of Retry-After" },
    challenge: YES,
    stale: YES,
    redirect: { type: "string", maxLength: 255, pattern: "^sips?:[!-~]+$", description: "where to, such as sip:10.0.8.4" },
    malformed: YES,
    foreign: YES,
    close: YES,
  },
  oneOf: ["silent", "status", "challenge", "stale", "redirect", "malformed", "foreign", "close"].map((name) => ({ required: [name] })),
};

const CALL_SERVER: Schema = {
  type: "object",
  description: "a SIP registrar with digest authentication, over UDP and TCP, and TLS where `tls` is given",
  additionalProperties: false,
  required: ["address"],
  properties: {
    address: { $ref: "#/$defs/address" },
    port: { type: "integer", minimum: 1, maximum: 65535, default: 5060, description: "a port, 1 to 65535" },
    users: {
      type: "object",
      description: "extension to password",
      maxProperties: 1000,
      propertyNames: { pattern: "^[0-9A-Za-z+*._-]{1,64}$", description: "an extension of 1 to 64 letters, digits and + * . _ -" },
      additionalProperties: { type: "string", maxLength: 64, pattern: "^[ -~]*$", description: "up to 64 ASCII characters" },
    },
    realm: { type: "string", maxLength: 128, pattern: "^[ !#-\\[\\]-~]*$", default: "example.com",
      description: "up to 128 ASCII characters" },
    algorithms: {
      type: "array", minItems: 1, maxItems: 8, items: { enum: ["MD5", "SHA-256", "MD5-sess"] },
      description: "one challenge each, in this order; default MD5",
    },
    qop: { ...FLAG, default: true, description: "false: challenges without qop, as in RFC 2069" },
    proxy: { ...FLAG, default: false, description: "true: challenges as a proxy does, by 407" },
    maxExpires: { type: "integer", minimum: 1, maximum: 1000000000, default: 3600, description: "the longest registration, in seconds" },
    minExpires: { type: "integer", minimum: 0, maximum: 2000000000, default: 0, description: "the shortest registration, in seconds" },
    answers: { type: "array", maxItems: 1000, items: CALL_ANSWER, description: "the first that applies is used" },
    tls: {
      ...TLS, description: "SIP under TLS on port 5061 or another, besides; `{}`: a good certificate of the LAN's own",
      properties: { ...TLS.properties, port: { ...TLS.properties!["port"], default: 5061 } },
    },
  },
};

const HTTP_SERVER: NonNullable<Schema["properties"]> = {
  address: { $ref: "#/$defs/address" },
  thinkMilliseconds: { type: "integer", minimum: 0, maximum: 600000, default: 0, description: "milliseconds before each answer" },
  answers: { type: "array", maxItems: 1000, items: ANSWER, description: "scripted answers, as a file server has them" },
};

const PROXY: Schema = {
  type: "object",
  description: "an HTTP proxy that reaches every CA of the file",
  additionalProperties: false,
  required: ["address"],
  properties: {
    ...HTTP_SERVER, port: { type: "integer", minimum: 1, maximum: 65535, default: 8080, description: "a port, 1 to 65535" },
  },
};

const SCEP: Schema = {
  type: "object",
  description: "a CA that speaks SCEP at any path",
  additionalProperties: false,
  required: ["address"],
  properties: {
    ...HTTP_SERVER,
    port: { type: "integer", minimum: 1, maximum: 65535, default: 80, description: "a port, 1 to 65535" },
    decision: { enum: SCEP_DECISIONS, default: "approve", description: "what it does with a request" },
    polls: {
      type: "integer", minimum: 0, maximum: 1000000,
      description: "with pending: questions that are answered by pending before it approves; default all",
    },
    registrar: { ...FLAG, default: false, description: "true: a registration authority answers in its place" },
    capabilities: {
      type: "array", maxItems: 32, items: { type: "string", maxLength: 64, pattern: "^[!-~]+$" },
      description: `what GetCACaps lists; default ${SCEP_CAPABILITIES.join(", ")}`,
    },
    cipher: { enum: CIPHERS.map(({ name }) => name), description: "of its answers; default the request's" },
    digest: { enum: DIGESTS.map(({ name }) => name), description: "of its signatures; default the request's" },
    validityDays: { type: "integer", minimum: 1, maximum: 36500, default: 365, description: "days that a certificate is valid" },
    challenge: { type: "string", minLength: 1, maxLength: 255, description: "a password without which it refuses" },
    fault: { enum: SCEP_FAULTS, description: "one thing that is wrong with its answers" },
  },
};

const VLAN: Schema = {
  type: "object",
  description: "one VLAN with its subnet and who is on it",
  additionalProperties: false,
  required: ["id", "subnet"],
  properties: {
    id: { $ref: "#/$defs/vlan" },
    subnet: {
      type: "string", pattern: "^[0-9.]+/([89]|[12][0-9]|30)$", maxLength: 18,
      description: "a network and the bits of its mask, 8 to 30, such as 10.0.8.0/24",
    },
    dhcp: DHCP,
    routers: {
      type: "array",
      maxItems: 31,
      description: "in the order in which DHCP names them; one may lie outside the subnet",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["address"],
        properties: { address: { $ref: "#/$defs/address" }, answers: { ...FLAG, default: true, description: "false: it is silent" } },
      },
    },
    dns: {
      type: "object",
      description: "a name server",
      additionalProperties: false,
      required: ["address"],
      properties: {
        address: { $ref: "#/$defs/address" },
        names: {
          type: "object",
          description: "name to addresses",
          maxProperties: 1000,
          propertyNames: { pattern: "^[!-~]{1,253}$", description: "a name such as files.example.com" },
          additionalProperties: { ...ADDRESSES, minItems: 1, description: "1 to 31 addresses" },
        },
      },
    },
    taken: { ...ADDRESSES, description: "up to 31 addresses that somebody uses already" },
    fileServer: FILE_SERVER,
    callServer: CALL_SERVER,
    scep: SCEP,
    proxy: PROXY,
    sntp: {
      type: "object",
      description: "a time server",
      additionalProperties: false,
      required: ["address"],
      properties: {
        address: { $ref: "#/$defs/address" },
        synchronised: { type: "boolean", description: "false: it has no time itself, and says so; default true" },
      },
    },
  },
};

export const LAN_SCHEMA: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "A LAN for `offhook boot --lan FILE.json`",
  description: "an object with `vlans`, and `port` where it is no plain access port",
  type: "object",
  additionalProperties: false,
  required: ["vlans"],
  properties: {
    $schema: { type: "string", description: "where this schema is, for editors" },
    summary: { type: "string", maxLength: 1000, description: "what the LAN shows, for people" },
    time: {
      type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$", default: "2007-12-01T00:00:00Z",
      description: "the far end's date at power-up, such as 2026-01-31T12:00:00Z",
    },
    port: PORT,
    cable: CABLE,
    vlans: { type: "array", minItems: 1, maxItems: 64, items: VLAN, description: "1 to 64 VLANs" },
  },
  $defs: {
    address: {
      type: "string",
      pattern: "^(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}$",
      description: "an IPv4 address such as 10.0.8.2",
    },
    vlan: { type: "integer", minimum: 1, maximum: 4094, description: "a VLAN from 1 to 4094" },
    seconds: { type: "integer", minimum: 0, maximum: 4294967295 },
  },
};
