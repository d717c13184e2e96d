// The container's numbers, as the host's packer and inspector know them: MCUboot's image format.
//
// The core has its own list (core/image/format.ts); the two meet only in tests, so that a slip in one shows.

export const HEADER_MAGIC = 0x96f3b83d;
export const HEADER_BYTES = 32;
export const AREA_PROTECTED = 0x6908;
export const AREA_UNPROTECTED = 0x6907;
export const TLV_HEAD_BYTES = 4;

export const Tlv = {
  keyHash: 0x01,
  key: 0x02,
  sha256: 0x10,
  sha384: 0x11,
  sha512: 0x12,
  rsa2048: 0x20,
  ecdsa: 0x22,
  rsa3072: 0x23,
  ed25519: 0x24,
  pure: 0x25,
  dependency: 0x40,
  counter: 0x50,
  bootRecord: 0x60,
  vendorId: 0x74,
  classId: 0x75,
  /** Ours: one byte, 1 boot, 2 application. */
  kind: 0xa0,
  /** Ours: ASCII, prefixes of MODEL separated by commas. */
  models: 0xa1,
} as const;

/** What the inspector prints for a flag; the lists are the format's, not what the telephone accepts. */
export const FLAG_NAMES: ReadonlyMap<number, string> = new Map([
  [0x1, "pic"], [0x4, "encrypted-aes128"], [0x8, "encrypted-aes256"], [0x10, "non-bootable"], [0x20, "ram-load"],
  [0x100, "rom-fixed"], [0x200, "compressed-lzma1"], [0x400, "compressed-lzma2"], [0x800, "compressed-arm-thumb"],
]);
