// The container of a software file: MCUboot's, little endian. Numbers and places only, no state.
//
//   0            hdr_size      + img_size      + protected      + unprotected
//   ┌────────────┬─────────────┬───────────────┬────────────────┬──────────
//   │ header     │ payload     │ TLVs  0x6908  │ TLVs  0x6907   │ padding, not read
//   └────────────┴─────────────┴───────────────┴────────────────┴──────────
//   └──────────── the digest covers these ─────┘
//
// A TLV area is u16 magic, u16 bytes of the area (these four included), then entries of u16 type, u16 bytes, data.
// Source: docs/design.md and image.h of the MCUboot project.

/** The fixed part of the header; what follows up to hdr_size is padding that the digest covers. */
export const HEADER_BYTES: i32 = 32;
export const HEADER_MAGIC: u32 = 0x96f3b83d;
/** Offsets in the header. */
export const HEADER_SIZE_AT: usize = 8; // u16
export const HEADER_PROTECTED_AT: usize = 10; // u16, 0 = no protected area
export const HEADER_PAYLOAD_AT: usize = 12; // u32
export const HEADER_FLAGS_AT: usize = 16; // u32
export const HEADER_VERSION_AT: usize = 20; // u8 major, u8 minor, u16 revision, u32 build

/** Flags: AES-128 and AES-256. */
export const FLAGS_ENCRYPTED: u32 = 0x0c;
/** LZMA1, LZMA2 and the ARM Thumb filter. */
export const FLAGS_COMPRESSED: u32 = 0xe00;
export const FLAG_NON_BOOTABLE: u32 = 0x10;

export const AREA_PROTECTED: i32 = 0x6908;
export const AREA_UNPROTECTED: i32 = 0x6907;
/** The head of an area, and the head of an entry. */
export const TLV_HEAD_BYTES: i32 = 4;

/** Types that count in the unprotected area only: they come from the signing, so the digest cannot cover them. */
export enum AuthTlv {
  KeyHash = 0x01,
  Key = 0x02,
  Sha256 = 0x10,
  Sha384 = 0x11,
  Sha512 = 0x12,
  Rsa2048 = 0x20,
  Ecdsa = 0x22,
  Rsa3072 = 0x23,
  Ed25519 = 0x24,
  /** One byte, 1: the signature is over the image itself, not over its digest. */
  Pure = 0x25,
}

/** Types that count in the protected area only. */
export enum FactTlv {
  Dependency = 0x40,
  Counter = 0x50,
  BootRecord = 0x60,
  VendorId = 0x74,
  ClassId = 0x75,
  /** Ours: one byte of `Kind`. */
  Kind = 0xa0,
  /** Ours: ASCII, prefixes of MODEL separated by commas. */
  Models = 0xa1,
}

/** Types with this low byte and above belong to vendors, up to 0xfe; an unknown one is ignored. */
export const VENDOR_TYPE_MIN: i32 = 0xa0;
export const VENDOR_TYPE_MAX: i32 = 0xfe;

export const DIGEST_BYTES: i32 = 32;
export const ED25519_KEY_BYTES: i32 = 32;
export const ED25519_SIGNATURE_BYTES: i32 = 64;
export const RSA_2048_BYTES: i32 = 256;
export const RSA_3072_BYTES: i32 = 384;
