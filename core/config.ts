// Every limit and time-out of the core, with its unit and its reason. Relations between them are asserted in `configCheck`.

/** Bytes that one poll may move or hash (hal.md: a poll is bounded work). */
export const WORK_BYTES_MAX: i32 = 16384;
/** One read from a stream, from staging or from flash: four fit into one poll's budget. */
export const SPAN_BYTES_MAX: i32 = 4096;
/** Statements that one poll may interpret: events of one poll stay within 64 HAL calls. */
export const STATEMENTS_PER_POLL_MAX: i32 = 24;

/** A file's name in info areas, in GET and on the screen (update.md §2). */
export const FILE_NAME_BYTES_MAX: i32 = 127;
/** An ETag that is kept and shown. */
export const ETAG_BYTES_MAX: i32 = 127;
/** A URI: directory and name of 127 each, host of 255, fixed parts. */
export const URI_BYTES_MAX: i32 = 640;

/** Script statements executed per start-up (startup.md §14), so that a loop ends. */
export const STATEMENT_COUNT_MAX: i32 = 100000;
/** Script bytes read per script, rescans included (design.md §5). */
export const SCRIPT_READ_BYTES_MAX: u32 = 0x4000000;
/** A script file in staging (startup.md, update.md §4). */
export const SCRIPT_BYTES_MAX: u32 = 0x400000;
/** A line of a script; a longer one is reported and ignored. */
export const SCRIPT_LINE_BYTES_MAX: i32 = 4096;
/** Scripts followed from one another (startup.md §5.3). */
export const SCRIPT_DEPTH_MAX: i32 = 8;
/** Tags indexed on the first pass, 8 bytes each (design.md §5). */
export const TAG_COUNT_MAX: i32 = 1024;
/** Bytes of all parameter values together (design.md §5). */
export const VALUES_BYTES: i32 = 16384;
/** A parameter's value (startup.md §10: lists of at most 255). */
export const VALUE_BYTES_MAX: i32 = 255;

/** TLV bytes of an image that are kept: RSA-3072 key and signature, digest, models and dependencies fit four times. */
export const TLV_BYTES_MAX: i32 = 4096;
/** An image's header (update.md §1). */
export const IMAGE_HEADER_BYTES_MAX: i32 = 0x400;
