// IPv4 addresses: an unsigned number in host order, and its dotted text.
//
// The text form is strict: four decimal parts without leading zeros, because `010` means eight to some programs.

export const ADDRESS_ANY = 0;
export const ADDRESS_BROADCAST = 0xffffffff;

/** Prints an address; a negative bit pattern (as it leaves the core) is taken too. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
}

/** Reads four decimal parts. Returns undefined for anything else. */
export function addressParse(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let address = 0;
  for (const part of match.slice(1)) {
    if (Number(part) > 255 || String(Number(part)) !== part) return undefined;
    address = address * 256 + Number(part);
  }
  return address;
}

/** Reads an address that the program itself wrote down. */
export function addressOf(text: string): number {
  const address = addressParse(text);
  if (address === undefined) throw new RangeError(`"${text}" is not an IPv4 address such as 10.0.8.2`);
  return address;
}
