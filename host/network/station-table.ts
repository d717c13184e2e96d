// Which port a station was last heard on: what a switch learns from source addresses (IEEE 802.1Q §8.8).
//
// In: frames' sources with their VLAN and port. Out: the port to a target, or undefined, and then a switch floods.
// The number of entries is bounded, and when it is full nothing new is learnt, so a flood of addresses cannot push out
// the stations that are really there.

/** IEEE 802.1Q §8.8.3: a station that says nothing for five minutes may have moved. */
const AGE_US = 300_000_000;
/** A small office switch; a telephone's own table is far smaller. */
export const STATION_COUNT_MAX = 1024;

interface Station<Port> {
  readonly port: Port;
  readonly heardUs: number;
}

export class StationTable<Port> {
  /** In the order in which the stations were last heard. */
  readonly #stations = new Map<string, Station<Port>>();
  readonly #countMax: number;

  constructor(countMax = STATION_COUNT_MAX) {
    this.#countMax = countMax;
  }

  get size(): number {
    return this.#stations.size;
  }

  learn(vlan: number, mac: number, port: Port, nowUs: number): void {
    const key = keyOf(vlan, mac);
    this.#stations.delete(key);
    if (this.#stations.size >= this.#countMax) this.#dropOldest(nowUs);
    if (this.#stations.size < this.#countMax) this.#stations.set(key, { port, heardUs: nowUs });
  }

  find(vlan: number, mac: number, nowUs: number): Port | undefined {
    const station = this.#stations.get(keyOf(vlan, mac));
    return station === undefined || nowUs - station.heardUs > AGE_US ? undefined : station.port;
  }

  /** The port went down: whoever was behind it may be anywhere. */
  forget(port: Port): void {
    for (const [key, station] of this.#stations) if (station.port === port) this.#stations.delete(key);
  }

  #dropOldest(nowUs: number): void {
    const [key, station] = this.#stations.entries().next().value ?? [];
    if (key !== undefined && station !== undefined && nowUs - station.heardUs > AGE_US) this.#stations.delete(key);
  }
}

/** Twelve bits of VLAN and 48 of address are more than a double holds exactly. */
function keyOf(vlan: number, mac: number): string {
  return `${vlan}/${mac}`;
}
