// Event kinds, field ids, field types and the codes that fields carry.
//
// Compiled by asc AND by tsc. The core sends numbers and the bytes it saw; the host alone turns codes into words,
// and it makes those words from the member names here: `FileServer` is printed as `file-server`.
// A record is u8 kind, then fields of u8 id, u8 type, u16 bytes (little endian), data.

export enum EventKind {
  State = 1,
  Dhcp = 2,
  Option = 3,
  Http = 4,
  Script = 5,
  Image = 6,
  Slot = 7,
  SelfTest = 8,
  Reset = 9,
  Sip = 10,
  Vlan = 11,
  /** A parameter's value in use changed. Not printed; the host keeps it for the `end` event. */
  Parameter = 12,
  /** Standing facts: upgradestat, appstat, bootname, appname. Not printed; kept for the `end` event. */
  Status = 13,
  /** A message that the start-up stopped at or passed by, for the verdict. */
  Notice = 14,
  /** What became of the files that TRUSTCERTS names. */
  Trust = 15,
  Scep = 16,
}

export enum FieldType {
  /** u32, little endian. */
  Number = 0,
  /** i32, little endian. */
  Signed = 1,
  /** Bytes of text as they were seen, not checked for any encoding. */
  Text = 2,
  /** Bytes, printed as lower-case hex. */
  Hex = 3,
  /** u32 IPv4 address, host order. */
  Address = 4,
  /** u8 member of the enumeration that belongs to the field. */
  Code = 5,
  /** u8, 0 or 1. */
  Flag = 6,
}

/** Field ids. The host prints each under its name in camel case. */
export enum Field {
  State = 1,
  Message = 2,
  Vlan = 3,
  Address = 4,
  Server = 5,
  Lease = 6,
  Option242 = 7,
  Name = 8,
  Value = 9,
  OptionEffect = 10,
  Offset = 11,
  OptionWhy = 12,
  Try = 13,
  Method = 14,
  Url = 15,
  Version = 16,
  Status = 17,
  Etag = 18,
  Bytes = 19,
  Accepted = 20,
  HttpWhy = 21,
  HttpError = 22,
  File = 23,
  Line = 24,
  Statement = 25,
  ScriptEffect = 26,
  ScriptWhy = 27,
  Verdict = 28,
  Digest = 29,
  Crc32 = 30,
  Key = 31,
  Kind = 32,
  Slot = 33,
  SlotState = 34,
  Attempts = 35,
  Counter = 36,
  Found = 37,
  SlotWhy = 38,
  Part = 39,
  Ok = 40,
  Reason = 41,
  Transport = 42,
  SipStep = 43,
  SipResult = 44,
  Source = 45,
  Upgradestat = 46,
  Appstat = 47,
  Bootname = 48,
  Appname = 49,
  Notice = 50,
  Signature = 51,
  Unsigned = 52,
  Detail = 53,
  Statements = 54,
  Expected = 55,
  Model = 56,
  Mask = 57,
  Router = 58,
  /** Header flags of an image, when it has any. */
  Flags = 59,
  /** Dependencies that an image names; they are not enforced. */
  Dependencies = 60,
  Tagging = 61,
  Vid = 62,
  From = 63,
  To = 64,
  VlanReason = 65,
  Changed = 66,
  /** Blocks of a file: all of them, those that the slot held already, and those that the running slot has. */
  Blocks = 67,
  Held = 68,
  Copied = 69,
  /** The block that is wrong, from 0. */
  Block = 70,
  TrustEffect = 71,
  TrustWhy = 72,
  /** How many certificates a file holds, or the set that is stored. */
  Certificates = 73,
  ScepStep = 80,
  ScepResult = 81,
  /** The proxy that the request goes to. */
  Proxy = 82,
  /** The entry of HTTPEXCEPTIONDOMAINS because of which it does not. */
  MatchedException = 83,
  MessageType = 84,
  Transaction = 85,
  ScepDigest = 86,
  ScepCipher = 87,
  KeyBits = 88,
  FailInfo = 89,
  /** The digest, cipher or key is one that nobody should use any more. */
  Weak = 90,
  /** SIP: how often a datagram was sent; seconds for which a registration holds; seconds after which a server wants to be asked again. */
  Sends = 100,
  Expires = 101,
  RetryAfter = 102,
}

export enum BootState {
  PowerUp = 0,
  Hardware = 1,
  Link = 2,
  Dhcp = 3,
  Conflict = 4,
  Router = 5,
  FileServer = 6,
  Script = 7,
  Download = 8,
  Erase = 9,
  Write = 10,
  Restart = 11,
  CallServer = 12,
  Scep = 13,
  Login = 14,
  Registered = 15,
  Craft = 16,
  /** Modes 1 to 3: the one stage that was asked for is done. */
  Ended = 17,
}

/** DHCP message types, RFC 2132 §9.6. */
export enum DhcpMessage { Discover = 1, Offer = 2, Request = 3, Decline = 4, Ack = 5, Nak = 6, Release = 7, Inform = 8 }

export enum OptionEffect {
  Set = 1,
  Unknown = 2,
  Invalid = 3,
  NotFromDhcp = 4,
  /** A segment without `=` that continues the list before it. */
  Continued = 5,
}

/** Why a value was not taken, or what was noticed while it was. */
export enum ValueWhy {
  None = 0,
  NotANumber = 1,
  OutOfRange = 2,
  TooLong = 3,
  NotAllowedCharacter = 4,
  NotAnAddress = 5,
  NotOneOf = 6,
  /** A value of higher rank is in force (docs/STARTUP.md, Precedence). */
  LowerRank = 7,
  UnknownParameter = 8,
  WrongSource = 9,
  /** The values pool is full. */
  NoSpace = 10,
  /** Taken and kept; nothing in this release uses it. */
  NotUsed = 11,
  /** Option 242: a first segment without `=`. */
  NoEqualsSign = 12,
  /** Taken up to the end: the closing quote is missing. */
  QuoteNotClosed = 13,
}

/** Why an HTTP answer was not used, or what happened to the request. */
export enum HttpWhy {
  None = 0,
  ServerError = 1,
  /** A status that means the file cannot be obtained. */
  StatusNotUsable = 2,
  Malformed = 3,
  HeaderTooLarge = 4,
  /** The connection ended before Content-Length bytes. */
  Short = 5,
  BadChunk = 6,
  /** A fourth redirect, another scheme, or a target that cannot be read. */
  Redirect = 7,
  Encoding = 8,
  /** More bytes than the telephone has room for. */
  TooLarge = 9,
  /** Neither Content-Length nor chunked nor a close that could end it. */
  Framing = 10,
  /** The file was refused while it arrived; see the `image` event. */
  FileRefused = 11,
  /** A block has not the digest that the block file says; its number and place are in the event. */
  WrongBlock = 12,
  /** A part that was not asked for, or asked for and not given. */
  BadRange = 13,
  /** The file is not the one that was begun: another ETag or length. It is fetched from the start. */
  FileChanged = 14,
  /** Not as `Option.StrictHttp` wants it. */
  NotStrict = 15,
}

/** What went wrong below HTTP. */
export enum HttpError {
  None = 0,
  Refused = 1,
  Reset = 2,
  TimedOut = 3,
  Unreachable = 4,
  NoName = 5,
  TlsCertificate = 6,
  TlsFailed = 7,
  /** Closed by the server before a whole answer header. */
  Closed = 8,
  Unsupported = 9,
  TlsExpired = 10,
  TlsNotYetValid = 11,
  TlsName = 12,
  TlsUnknownCa = 13,
  /** The port does not speak TLS. */
  TlsPlain = 14,
}

export enum ScriptEffect { Set = 1, Taken = 2, NotTaken = 3, Ignored = 4, Get = 5, End = 6 }

/** Why a statement was ignored, or how a script ended. */
export enum ScriptWhy {
  None = 0,
  NotAStatement = 1,
  MissingValue = 2,
  MissingTag = 3,
  MissingName = 4,
  /** Text after the statement's last word; the statement counts. */
  TextIgnored = 5,
  QuoteNotClosed = 6,
  LineTooLong = 7,
  UnknownParameter = 8,
  BadValue = 9,
  LowerRank = 10,
  WrongSource = 11,
  NotSupported = 12,
  UndefinedName = 13,
  TagNotFound = 14,
  StepLimit = 15,
  EndOfFile = 16,
  DepthLimit = 17,
  NotAScript = 18,
  TooLarge = 19,
  TagLimit = 20,
  /** GET: the file was interpreted, and this one is left for good. */
  FileFollowed = 21,
  /** GET: the file could not be obtained; the next line follows. */
  FileNotObtained = 22,
  /** IF: a malformed condition. */
  BadCondition = 23,
  NoSpace = 24,
  KnownNotUsed = 25,
  /** AUTH can be set to 1 only by a file that came over HTTPS. */
  NeedsHttps = 26,
}

/** What the validator says of a file. */
export enum ImageVerdict {
  None = 0,
  Accepted = 1,
  NotAContainer = 2,
  /** Fewer bytes than the header and TLVs announce. */
  Truncated = 3,
  BadHeader = 4,
  BadTlvs = 5,
  /** A protected TLV that this telephone does not know and may not ignore. */
  UnknownTlv = 6,
  NoDigest = 7,
  DuplicateDigest = 8,
  DigestMismatch = 9,
  NoSignature = 10,
  UnknownKey = 11,
  BadSignature = 12,
  /** A known algorithm that this build does not verify; the event's `signature` names it. */
  UnsupportedSignature = 13,
  UnsupportedDigest = 14,
  Encrypted = 15,
  Compressed = 16,
  WrongKind = 17,
  WrongModel = 18,
  OldCounter = 19,
  TooLarge = 20,
  NotBootable = 21,
  /** More TLV bytes than the telephone keeps. */
  TlvsTooLarge = 22,
  NoTrustedKey = 23,
  /** Not marked as not bootable, or its payload is no table of blocks. */
  NotABlockFile = 24,
  /** A block file whose table has no room in the info area, or whose file has none in the slot. */
  NoRoom = 25,
}

/** The signature algorithm that an image carries. */
export enum Signature { None = 0, Ed25519 = 1, Ed25519Pure = 2, EcdsaP256 = 3, EcdsaP384 = 4, Rsa2048 = 5, Rsa3072 = 6 }

/** States of a slot, named after the PSA Firmware Update API; of a ready one nothing is known. */
export enum SlotState { Ready = 0, Erased = 1, Writing = 2, Candidate = 3, Staged = 4, Trial = 5, Updated = 6, Rejected = 7, Failed = 8 }

export enum SlotName { A = 0, B = 1 }

export enum SlotWhy {
  None = 0,
  /** The image in the slot does not verify. */
  NotValid = 1,
  AttemptsExhausted = 2,
  /** An update was cut short here. */
  Interrupted = 3,
  Confirmed = 4,
  EraseFailed = 6,
  ProgramFailed = 7,
  /** The digest of what the chip holds is not the file's. */
  DigestDiffers = 8,
  /** Chosen to run. */
  Chosen = 9,
  /** An info area that cannot be read: the file's name is unknown. */
  NameUnknown = 10,
}

/** A file of TRUSTCERTS: its certificates were taken, or refused. All of them: they replace what is trusted, nothing does, or it stays. */
export enum TrustEffect { Taken = 1, Refused = 2, Stored = 3, Cleared = 4, Kept = 5 }

export enum TrustWhy { None = 0, Malformed = 1, NoSpace = 2, Failed = 3 }

export enum SelfTestPart { Crc32 = 1, Sha256 = 2, Ed25519 = 3 }

export enum Transport { Udp = 0, Tcp = 1, Tls = 2 }

export enum SipStep { Connect = 1, Options = 2, Register = 3 }

/**
 * What became of a request to a call server. Challenged, Stale, Redirected and IntervalTooBrief lead to another request.
 * WrongCredentials: 403, or a challenge to credentials that answered one; UserNotFound: 404; InvalidDomain: 416, 482, 483, or SIPDOMAIN is
 * none; ServerFailed: 408 or 5xx; Rejected: any other final answer; NoAddress: an entry that is none; Malformed: a stream that is no SIP.
 */
export enum SipResult {
  Contacted = 1,
  Refused = 2,
  TimedOut = 3,
  Unreachable = 4,
  NoName = 5,
  Reset = 6,
  Unsupported = 7,
  NoAddress = 8,
  Registered = 9,
  Challenged = 10,
  Stale = 11,
  Redirected = 12,
  IntervalTooBrief = 13,
  WrongCredentials = 14,
  UserNotFound = 15,
  InvalidDomain = 16,
  ServerFailed = 17,
  Rejected = 18,
  UnsupportedChallenge = 19,
  Malformed = 20,
  Closed = 21,
  TlsCertificate = 22,
  TlsFailed = 23,
  TlsExpired = 24,
  TlsNotYetValid = 25,
  TlsName = 26,
  TlsUnknownCa = 27,
  TlsPlain = 28,
}

/** Where a parameter's value comes from, low to high (docs/STARTUP.md, Precedence). */
export enum Source {
  Default = 0,
  Stored = 1,
  Lldp = 2,
  Dhcp = 3,
  Option242 = 4,
  Settings = 5,
  Script = 6,
  Craft = 7,
  CommandLine = 8,
}

/** Why the VLAN was looked at. */
export enum VlanReason {
  Option242 = 1,
  /** The settings file; it takes effect at the next check. */
  Settings = 2,
  Lldp = 3,
  Vlantest = 4,
  /** What was kept over the reset, or entered locally. */
  Stored = 5,
  /** The check at call-server contact. */
  Recheck = 6,
  /** Wanted, but it did not answer since power-up. */
  FailedList = 7,
}

/** Messages that decide a verdict. */
export enum Notice {
  NoLink = 1,
  NoFileServer = 2,
  /** No file server gave an answer; stored software and parameters are used. */
  FileServersSilent = 3,
  NoCallServer = 4,
  CallServerSilent = 5,
  FlashFailed = 6,
  NoSoftware = 7,
  /** The offer was not accepted: no lease time, or malformed. */
  OfferRefused = 8,
  /** The file cannot be stored: staging or slot too small. */
  NoRoom = 9,
  /** ARP was answered for our own address. */
  AddressConflict = 10,
  RouterSilent = 11,
  RouterSubnet = 12,
  BadAddress = 13,
  /** DHCP has not answered for a while. */
  NoOffer = 14,
  /** The parameters that are to survive power could not be stored; those stored before are still there. */
  SettingsNotKept = 15,
  /** There is no certificate: the CA refused, did not answer, or its answer was not believed. */
  ScepRefused = 32,
  /** The CA has not decided. */
  ScepPending = 33,
  /** The call servers are those of SIP_CONTROLLER_LIST, which release 1.0 does not know. */
  ControllerList = 40,
  /** A call server refused the registration; the `sip` event before it says how. */
  RegisterRefused = 41,
  /** No call server answered the registration; it is tried again. */
  RegisterSilent = 42,
}
