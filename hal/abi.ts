// The numbers that core and host share: version, statuses, key codes, limits.
//
// Compiled by asc AND by tsc, so it holds plain constants and enums only, and no literal above
// 0x7fffffff (a bare 0xffffffff is -1 in AssemblyScript and 4294967295 in TypeScript).
// The values are ABI: a number that has been released is never given another meaning.

/** Rises whenever the table of docs/ABI.md changes. */
export const ABI_VERSION = 5;

/** Result of a call: zero or a count on success, one of these otherwise. */
export enum Status {
  Ok = 0,
  /** Not decided yet; ask again. */
  Pending = -1,
  /** An argument outside memory or outside its range; the machine is marked faulty. */
  Invalid = -2,
  NotFound = -3,
  OutOfRange = -4,
  NoSpace = -5,
  /** This host does not have the thing; a later call gives the same answer. */
  Unsupported = -6,
  Failed = -7,
  /** The supply is gone; every call answers this until the next instance. */
  PowerLost = -8,
  Busy = -9,
  NotAligned = -10,
  /** A program unit that was programmed since its last erase. */
  NotErased = -11,
  Protected = -12,
  ProgramFailed = -13,
  EraseFailed = -14,
  /** More bits are wrong than the chip's code corrects; the buffer is undefined. */
  EccFatal = -15,
  WouldBlock = -16,
  NoLink = -17,
  Refused = -18,
  Reset = -19,
  TimedOut = -20,
  Unreachable = -21,
  /** Orderly end of a stream, after its last byte. */
  Closed = -22,
  NoName = -23,
  /** The server's certificate cannot be used for a reason that has no status of its own: malformed, or not for servers. */
  TlsCertificate = -24,
  /** The two ends could not agree on TLS, or the other broke its rules. */
  TlsFailed = -25,
  TlsExpired = -26,
  TlsNotYetValid = -27,
  /** The certificate is for another name than the one asked for. */
  TlsName = -28,
  /** Nothing that is trusted vouches for the certificate. */
  TlsUnknownCa = -29,
  /** Whoever listens at this port does not speak TLS. */
  TlsPlain = -30,
  /** What was handed over is not what the operation takes. */
  Malformed = -31,
  // What the secure element says of an answer to a certificate request (RFC 8894 §3.3).
  /** Not signed by the CA, or by a registration authority of it. */
  BadSignature = -40,
  /** Encrypted for somebody else. */
  WrongRecipient = -41,
  WrongTransaction = -42,
  WrongNonce = -43,
  /** The certificate is for another key. */
  KeyMismatch = -45,
  /** The CA refused; the report has its reason. */
  Rejected = -46,
  /** The CA has not decided: ask again. */
  ScepPending = -47,
  Expired = -48,
  NotYetValid = -49,
  /** The CA that answered did not sign the certificate. */
  NotSignedByCa = -50,
  /** Not the CA whose fingerprint was given. */
  WrongCa = -51,
  /** The name that the certificate is to have cannot be read. */
  BadSubject = -52,
}

/**
 * What `init` starts. Modes 1 to 3 begin at the file server and end after their stage; they ask 127.0.0.1, port 80, for `/NAME`,
 * whatever a file says of servers.
 */
export enum Mode {
  Telephone = 0,
  VerifyImage = 1,
  Interpret = 2,
  Lex = 3,
}

/** Why this instance runs: the second argument of `init`, and the argument of `sys_reset`. */
export enum ResetCause {
  PowerUp = 0,
  /** A boot or application file was written; it starts now. */
  Upgraded = 1,
  /** No stored software and none could be obtained. */
  NoSoftware = 2,
  /** The user left the local procedures. */
  LocalProcedures = 4,
  /** An assertion or a trap. */
  Panic = 5,
  /** The host saw no answer from `poll` in time. */
  Watchdog = 6,
  /** Another VLAN or another way of tagging than the address was leased under. */
  Vlan = 7,
  /** No router answered. */
  RouterSilent = 8,
  /** No router is on the telephone's subnet. */
  RouterSubnet = 9,
  /** The telephone's own address or mask cannot be used. */
  BadAddress = 10,
}

/** Codes of `sys_panic`. */
export enum Panic {
  Assertion = 1,
}

/** Items of `sys_info`. */
export enum Info {
  /** MODEL, such as `9640D01A`. */
  Model = 0,
  Serial = 1,
  /** Six bytes. */
  Mac = 2,
  HardwareVersion = 3,
  /** The first file asked for; NotFound: by model (docs/STARTUP.md, file-server). */
  FirstFile = 4,
  /** The User-Agent header's value; NotFound: the core's own. */
  UserAgent = 5,
  /** One byte of `Option` bits. */
  Options = 6,
  /** File name of a boot file that counts as stored although the chip holds none. */
  BootName = 7,
  /** The same for the application. */
  AppName = 8,
  /** Modes 1 to 3: the string that DHCP's option 242 would bring, at most 255 bytes. */
  Option242 = 9,
  /** Extension and password of the login, when whoever runs the telephone brings them: at most 64 bytes each. */
  Extension = 10,
  Password = 11,
  /** Presets `NAME=VALUE`, as if entered locally: items 16, 17, … until NotFound. */
  PresetFirst = 16,
}

/** Bits of `Info.Options`. */
export enum Option {
  /** Laboratory: an image with a digest and no signature is accepted, and every report says so. */
  Unsigned = 1,
  /** Whatever file the script names counts as stored. */
  AsAsked = 2,
  /** A file's answer must be HTTP/1.1 with Content-Length and `Connection: close`, as later telephones want it. */
  StrictHttp = 4,
}

/** Keys: digits, `*` and `#` are their ASCII codes. */
export enum Key {
  None = 0,
  Soft1 = 1,
  Soft2 = 2,
  Soft3 = 3,
  Soft4 = 4,
  Mute = 5,
  Up = 6,
  Down = 7,
}

/** Rows of `display_row`. */
export enum Row {
  Title = 0,
  Prompt = 1,
  Application = 2,
  Softkey = 8,
  Count = 12,
}

/** Items of `display_set`. */
export enum DisplayItem {
  /** Progress bar: 0 to 1000, -1 off. */
  Progress = 0,
  Lamp = 1,
  /** 1 = error tone. */
  Tone = 2,
}

/** Flag bits of `flash_geometry`. */
export enum FlashFlag {
  /** Torn units may fault on read instead of reading as garbage. */
  Ecc = 1,
  /** A unit may be programmed again as long as bits only fall. */
  MultiWrite = 2,
}

/** Software kinds: image TLV 0x00A0, `sys_handover`, `slot` events. */
export enum Kind {
  Boot = 1,
  Application = 2,
}

/** Flags of `tcp_open`. */
export enum TcpFlag {
  Tls = 1,
  CheckName = 2,
}

/** Operations of `se_start`; each says what its parameters and its input are. */
export enum SecureOperation {
  /** Begins an empty set of trusted certificates beside the one in use. */
  TrustBegin = 16,
  /** The input's certificates (a PEM file) join the set that was begun; the output's length is how many they are. */
  TrustAdd = 17,
  /** The set that was begun takes the place of the one in use, which power loss leaves whole or replaced; the length is its size. */
  TrustStore = 18,
  /** No certificate is trusted any more. */
  TrustForget = 19,
  /**
   * Makes the key that a request will be for, unless there is one of that size. Parameters: u16 bits, 1024 to 2048.
   * Output: the report.
   */
  Key = 32,
  /**
   * Writes a request for a certificate. Parameters: u8 `SecureFlag`s, u16 bits, u8 bytes of the common name, of the rest of the name
   * (`/C=US/O=Company`), of the server's URL; the three texts. Input: what GetCACert brought. Output: the report, then the message.
   * Malformed or WrongCa for that CA, BadSubject for that name, NotFound without a key.
   */
  Request = 33,
  /** Writes a question for what became of the request. Output: the report, then the message. */
  PollMessage = 34,
  /**
   * Judges an answer and keeps the certificate in it. Parameters: u32 seconds since 1970, 0 not known: validity is then not looked at.
   * Input: the answer. Output: the report, also after a refusal. BadSignature to NotSignedByCa say what is wrong with it.
   */
  Answer = 35,
  /** The certificate that is held of a server. Parameters: its URL. Output: the report, then the certificate. NotFound for none. */
  Certificate = 36,
  /** Forgets key and certificate. Output: the report of what was forgotten. NotFound where there was neither. */
  Forget = 37,
}

/** What a CA offers by GetCACaps and the telephone will use. */
export enum SecureFlag {
  /** AES-128-CBC instead of 3DES. */
  Aes = 1,
  /** SHA-256 instead of SHA-1. */
  Sha256 = 2,
  /** A renewal has a message type of its own. */
  Renewal = 4,
}

/** Where things are in a report of the secure element, little endian; 0xff is a status or reason that there is not. */
export enum SecureReport {
  /** u8 `ScepMessage`. */
  MessageType = 0,
  PkiStatus = 1,
  FailInfo = 2,
  /** u8 `ScepDigest` and `ScepCipher`. */
  Digest = 3,
  Cipher = 4,
  TransactionBytes = 5,
  /** u16. */
  KeyBits = 6,
  /** u32 seconds since 1970, of a certificate; 0 without one. */
  NotBefore = 8,
  NotAfter = 12,
  /** Text, at most 32 bytes. */
  Transaction = 16,
}

/** `Stored`: the certificate that is held. `Skipped`: MYCERTURL is empty. */
export enum ScepStep {
  Stored = 1,
  Skipped = 2,
  Time = 3,
  Capabilities = 4,
  Authority = 5,
  Key = 6,
  Request = 7,
  Poll = 8,
  Answer = 9,
  Forget = 10,
}

/**
 * What a step came to. `NoAnswer`: of no server. `HttpFailed`: no HTTP, or a status that is not usable. `None`: nothing is held of this
 * server. `Renew`: valid, and past MYCERTRENEW per cent of its life. `NoTime`: validity is not looked at. `Interrupted`: by Program.
 */
export enum ScepResult {
  Ok = 0,
  Pending = 1,
  Rejected = 2,
  NoAnswer = 3,
  HttpFailed = 4,
  TooLarge = 5,
  BadSignature = 6,
  WrongRecipient = 7,
  WrongTransaction = 8,
  WrongNonce = 9,
  Malformed = 10,
  KeyMismatch = 11,
  Expired = 12,
  NotYetValid = 13,
  NotSignedByCa = 14,
  WrongCa = 15,
  BadSubject = 16,
  BadUrl = 17,
  None = 18,
  Renew = 19,
  NoTime = 20,
  Unsupported = 21,
  Interrupted = 22,
}

/** RFC 8894 §3.2.1.2. */
export enum ScepMessage { None = 0, CertRep = 3, RenewalReq = 17, PkcsReq = 19, GetCertInitial = 20 }

/** Why a CA refused, RFC 8894 §3.2.1.4. */
export enum ScepFailure { BadAlg = 0, BadMessageCheck = 1, BadRequest = 2, BadTime = 3, BadCertId = 4 }

/** The digest of a signature. */
export enum ScepDigest { None = 0, Sha1 = 1, Sha256 = 2, Sha384 = 3, Sha512 = 4 }

/** The cipher of a message's content, in CBC mode. */
export enum ScepCipher { None = 0, Des = 1, TripleDes = 2, Aes128 = 3, Aes192 = 4, Aes256 = 5 }

/** One event record, header included. */
export const EVENT_BYTES_MAX = 1024;
/** A display row as handed over; the screen shows 32 and scrolls. */
export const ROW_BYTES_MAX = 255;
/** Memory that survives a reset and is zero after power-up. */
export const RETAINED_BYTES = 128;
/** One request for random bytes. */
export const ENTROPY_BYTES_MAX = 256;
/** Input of the secure element: an answer, or the certificates of a CA. */
export const SECURE_INPUT_BYTES_MAX = 65536;
/** Parameters of an operation: six bytes and three texts of a parameter's length. */
export const SECURE_PARAMETER_BYTES_MAX = 1024;
/** The report that an operation's output begins with. */
export const SECURE_REPORT_BYTES = 48;
/** Bytes of the geometry record: seven u32, in the order of `flash_geometry`. */
export const GEOMETRY_BYTES = 28;
/** The longest wait `poll` answers, in microseconds. */
export const POLL_WAIT_US_MAX = 0x40000000;
/** `poll` answers this once nothing more will happen (modes 1 to 3). */
export const POLL_ENDED = -1;
/** More answers of zero at one instant are a livelock. */
export const POLL_ZERO_COUNT_MAX = 10000;
