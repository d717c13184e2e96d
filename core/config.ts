// Every limit and time-out of the core, with its unit and its reason. Relations between them are asserted in `configCheck`.

/** Bytes that one poll may move or hash: a poll is bounded work (docs/ABI.md). */
export const WORK_BYTES_MAX: i32 = 16384;
/** One read from a stream, from staging or from flash: four fit into one poll's budget. */
export const SPAN_BYTES_MAX: i32 = 4096;
/** Statements that one poll may interpret: events of one poll stay within 64 HAL calls. */
export const STATEMENTS_PER_POLL_MAX: i32 = 24;

/** A file's name in info areas, in GET and on the screen (docs/FORMAT.md, Info area). */
export const FILE_NAME_BYTES_MAX: i32 = 127;
/** An ETag that is kept and shown. */
export const ETAG_BYTES_MAX: i32 = 127;
/** A URI: directory and name of 127 each, host of 255, fixed parts. */
export const URI_BYTES_MAX: i32 = 640;

/** Script statements executed per start-up, so that a loop ends. */
export const STATEMENT_COUNT_MAX: i32 = 100000;
/** Script bytes read per start-up, rescans included, for the same reason. */
export const SCRIPT_READ_BYTES_MAX: u32 = 0x4000000;
/** A script file in staging: half of the usual 8 MiB. */
export const SCRIPT_BYTES_MAX: u32 = 0x400000;
/** A PEM file of TRUSTCERTS: what the secure element takes (hal/abi.ts). */
export const TRUST_FILE_BYTES_MAX: u32 = 0x10000;
/** How often the secure element is asked whether it has taken or stored certificates. */
export const TRUST_POLL_US: u32 = 10000;
/**
 * The core's own store, for a telephone without staging: two scripts of half of it; then a block file, and behind it four blocks
 * that are hashed at once. After the last script, with staging or without, what is said to a CA.
 */
export const STORE_BYTES: i32 = 65536;
/** A block file: 1,528 blocks and more, for the largest application slot of the default part (1,520). */
export const BLOCK_FILE_BYTES_MAX: i32 = 49152;
/** What a block file has a digest for. */
export const BLOCK_BYTES: i32 = 4096;
/** Blocks that a block file has room for. */
export const BLOCK_COUNT_MAX: i32 = 1536;
/** Fresh starts of one download, because the server's file changed under it. */
export const DOWNLOAD_RESTARTS_MAX: i32 = 2;
/** A line of a script; a longer one is reported and ignored. */
export const SCRIPT_LINE_BYTES_MAX: i32 = 4096;
/** Scripts followed from one another. */
export const SCRIPT_DEPTH_MAX: i32 = 8;
/** Tags indexed on the first pass, 8 bytes each. */
export const TAG_COUNT_MAX: i32 = 1024;
/** A tag's word; a longer one is a comment, and a GOTO to it finds nothing. */
export const TAG_BYTES_MAX: i32 = 127;
/** Bytes of all parameter values together: a quarter of a page of 64 KiB. */
export const VALUES_BYTES: i32 = 16384;
/** A parameter's value: the manuals' lists have at most 255. */
export const VALUE_BYTES_MAX: i32 = 255;

/** Parameters that survive power: every name once with its longest value, and beside them the usual two or three KiB of the set before. */
export const KEPT_BYTES_MAX: i32 = 12288;

/** TLV bytes of an image that are kept: RSA-3072 key and signature, digest, models and dependencies fit four times. */
export const TLV_BYTES_MAX: i32 = 4096;
/** An image's header (docs/FORMAT.md, Container). */
export const IMAGE_HEADER_BYTES_MAX: i32 = 0x400;
/** Keys that may sign software: a search asks for each, and one poll makes at most 64 HAL calls. */
export const TRUST_KEY_COUNT_MAX: i32 = 16;
/** DER of a key: RSA-3072's SubjectPublicKeyInfo has 422 bytes. */
export const TRUST_KEY_BYTES_MAX: i32 = 512;

/** First and longest pause between DHCP messages (RFC 2131 §4.1). */
export const DHCP_RETRY_US_MIN: u32 = 4000000;
export const DHCP_RETRY_US_MAX: u32 = 64000000;

/** Headers of one answer, and the framing of one chunk: four times what common servers send at most. */
export const HTTP_HEADERS_BYTES_MAX: i32 = 16384;
/** What is kept of a header line; only known names are read, and their values are shorter. */
export const HTTP_LINE_BYTES_MAX: i32 = 1024;

/** From power to the first sign of life of the network: the telephone shows its name meanwhile. The self-test overlaps it. */
export const HARDWARE_US: u32 = 1000000;
/** How long `Restarting...` is to be read before the reset. */
export const RESTART_US: u32 = 1000000;
/** How long a refused file's reason is to be read before start-up goes on. */
export const MESSAGE_US: u32 = 5000000;
/** How long a message stays that ends in a reset: as on the older 4600 family. */
export const MESSAGE_RESET_US: u32 = 30000000;
/** Resets in a row for want of software before the telephone waits for somebody. */
export const NO_SOFTWARE_RESETS_MAX: i32 = 3;

/** A file server's address and connection (docs/STARTUP.md, HTTP). */
export const HTTP_CONNECT_US: u32 = 10000000;
/** Without a byte from a file server. */
export const HTTP_SILENCE_US: u32 = 20000000;
/** GETs of one file from one server, and the pause between them: a server that restarts is given a moment. */
export const HTTP_TRIES_MAX: i32 = 3;
export const HTTP_RETRY_US: u32 = 1000000;
/** Redirects followed for one file. */
export const HTTP_REDIRECTS_MAX: i32 = 3;
/** `n KB received` changes at most this often; the progress bar keeps the same pace. */
export const PROGRESS_US: u32 = 100000;
/** Attempts that a new image has to prove itself (docs/FORMAT.md, Update). */
export const TRIAL_ATTEMPTS: i32 = 3;

/** One call server's connection, and all of them together (docs/STARTUP.md, call-server). */
export const CALL_SERVER_CONNECT_US: u32 = 4000000;
export const CALL_SERVERS_US: u32 = 32000000;
/** What OPTIONS waits for an answer while further addresses are left; the last address has what is left of all the time. */
export const CALL_SERVER_ANSWER_US: u32 = 4000000;

/** SIP's round trip, longest pause between retransmissions, and 64 round trips, after which a request has failed (RFC 3261 §17.1.2.2). */
export const SIP_T1_US: u32 = 500000;
export const SIP_T2_US: u32 = 4000000;
export const SIP_TIMEOUT_US: u32 = 32000000;
/** A header line that is kept; a longer one is cut, and counts only where it does not matter. */
export const SIP_LINE_BYTES_MAX: i32 = 2048;
/** Start line and headers of one message, and its body, which is passed over. */
export const SIP_HEADERS_BYTES_MAX: i32 = 16384;
export const SIP_BODY_BYTES_MAX: i32 = 65536;
/** Redirects followed in one registration, and requests of it to one server, challenges and intervals included. */
export const SIP_REDIRECTS_MAX: i32 = 3;
export const SIP_REQUESTS_MAX: i32 = 8;
/** After servers that did not answer: half to nine tenths of this (RECOVERYREGISTERWAIT of later releases), or what Retry-After says. */
export const SIP_RECOVERY_SECONDS: u32 = 60;
export const SIP_RETRY_AFTER_SECONDS_MAX: u32 = 1800;
/** A registration is renewed this long before its end; a shorter one after half of its time. */
export const SIP_RENEW_SECONDS: u32 = 600;
/** Extension and password. */
export const CREDENTIAL_BYTES_MAX: i32 = 64;

/** One time server's answer, how often each is asked, and all of them together: a start-up does not wait for a clock. */
export const SNTP_ANSWER_US: u32 = 2000000;
export const SNTP_TRIES_MAX: i32 = 2;
export const SNTP_US: u32 = 12000000;
/** A message to the CA: a request for 2,048 bits in its envelope has about 2,600 bytes, a renewal more by the old certificate. */
export const EXCHANGE_MESSAGE_BYTES_MAX: i32 = 8192;
/** A request with such a message in base64, or behind its headers. */
export const EXCHANGE_REQUEST_BYTES_MAX: i32 = 16384;
/** What is looked at of a CA's capabilities: a dozen words. */
export const CAPABILITIES_BYTES_MAX: i32 = 1024;
/** One exchange with a CA, however slowly it answers. */
export const EXCHANGE_US: u32 = 120000000;
/** Between questions for a certificate that a CA has not decided about: while start-up waits, and behind it. */
export const SCEP_POLL_US: u32 = 60000000;
export const SCEP_BACKGROUND_US: u32 = 600000000;
/** How long the outcome is to be read before the login prompt takes the line. */
export const SCEP_SHOWN_US: u32 = 2000000;
/** The secure element is asked this often while it works: it has no way to say that it is done. */
export const SECURE_POLL_US: u32 = 100000;

/** How long `No Call Server Address` is to be read before the login prompt takes the line. */
export const NO_CALL_SERVER_US: u32 = 2000000;
/** How long the link's speed is to be read before DHCP takes the line. */
export const LINK_SHOWN_US: u32 = 1000000;
/** Without a link for this long, the host is told: a cable takes a few seconds. */
export const NO_LINK_US: u32 = 10000000;

/** After a declined address, before DHCP is asked again (RFC 2131 §3.1 step 5: at least ten seconds). */
export const CONFLICT_US: u32 = 10000000;
/** Rounds over the list of routers, a second for each that is silent. */
export const ROUTER_ROUNDS: i32 = 3;
/** Without any offer for this long, the host is told; the telephone goes on asking. */
export const NO_OFFER_US: u32 = 60000000;
/** Least pause between renewals of a lease (RFC 2131 §4.4.5). */
export const DHCP_RENEW_RETRY_US_MIN: u32 = 60000000;
/** An expired lease that is kept: how often it is asked for, and how often ARP looks for another user of the address. */
export const DHCP_EXTENDED_RETRY_US: u32 = 60000000;
export const DHCP_EXTENDED_ARP_US: u32 = 5000000;

/** The first LLDP frame after the agent may speak, and the pause between frames (IEEE 802.1AB §9.2.5.7). */
export const LLDP_FIRST_US: u32 = 2000000;
export const LLDP_INTERVAL_US: u32 = 30000000;
/** With LLDP on, frames are looked for this often where the host has no reason of its own to poll. */
export const LLDP_LISTEN_US: u32 = 1000000;

/** Between two keys of the code that opens the local procedures; after a longer pause its digits are forgotten. */
export const CODE_KEY_US: u32 = 6000000;
/** After a wrong code: no further try for a second, then two, four … up to this. */
export const CODE_WAIT_SECONDS_MAX: i32 = 30;

/** The telephone asks its slower inputs again after this: a link or a key changes between polls without a deadline. */
export const IDLE_US: u32 = 1000000;

/** Flash pages below this cannot hold a journal record and its commit. */
export const FLASH_PAGE_BYTES_MIN: u32 = 128;
/** A journal sector has room for both copies, the record that validates them and the one that vouches for the other sector. */
export const FLASH_SECTOR_BYTES_MIN: u32 = 512;
/** The largest write unit: a journal record of 64 bytes is whole units, and so is its commit. */
export const FLASH_UNIT_BYTES_MAX: u32 = 64;
/** Bytes programmed at once and compared on read-back: the usual page. */
export const PROGRAM_BYTES_MAX: i32 = 256;
/** Journal records in a sector: 4 KiB of them. More would only be read at each start. */
export const JOURNAL_RECORD_COUNT_MAX: i32 = 32;
/**
 * From so many pages a sector on, each journal record has a page of its own; with fewer there would be no room for one start and
 * an update.
 */
export const JOURNAL_PAGES_MIN: u32 = 8;
/** Journal reads in one poll: both usual sectors in two polls, within 64 HAL calls. */
export const JOURNAL_READS_PER_POLL_MAX: i32 = 32;
/** Steps of a flash job in one poll, at most four HAL calls each: 64 in all. */
export const FLASH_STEPS_PER_POLL_MAX: i32 = 15;

/** Asserts what must hold between limits. */
export function configCheck(): void {
  assert(SPAN_BYTES_MAX * 4 <= WORK_BYTES_MAX); // Several spans fit one poll's budget.
  assert(HTTP_LINE_BYTES_MAX >= URI_BYTES_MAX); // A redirect's target fits a header line.
  assert(ETAG_BYTES_MAX + 16 <= 255); // `HTTP:n sc etag` fits a row.
  assert(HTTP_HEADERS_BYTES_MAX >= 2 * HTTP_LINE_BYTES_MAX); // A long header is cut, not the end of the answer.
  assert(CALL_SERVER_CONNECT_US < CALL_SERVERS_US);
  assert(CALL_SERVER_ANSWER_US < CALL_SERVERS_US);
  assert(SIP_T1_US < SIP_T2_US && SIP_T2_US < SIP_TIMEOUT_US);
  assert(SIP_LINE_BYTES_MAX <= SIP_HEADERS_BYTES_MAX);
  assert(BLOCK_FILE_BYTES_MAX + 4 * BLOCK_BYTES <= STORE_BYTES);
  assert(EXCHANGE_MESSAGE_BYTES_MAX + EXCHANGE_REQUEST_BYTES_MAX + CAPABILITIES_BYTES_MAX + SPAN_BYTES_MAX <= STORE_BYTES);
  assert(BLOCK_COUNT_MAX * 32 <= BLOCK_FILE_BYTES_MAX);
}
